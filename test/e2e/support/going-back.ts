import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import { approve, runAsPerson, untilRecovery } from './recovery.ts';
import type { Scene } from './scene.ts';
import { root } from './settings.ts';

/** Sections of the page that say how to go back after a recovery. */
export type GoingBack = 'After a rebuild' | 'After ReplaceMember' | 'After ReplaceVolume';

/**
 * Does what docs/etcd-recovery.md tells a person to do who wants to go back: runs its very commands.
 *
 * @param own what a person says at the beginning of the lines, by name
 * @throws Error when the page has no such section or lines
 */
export async function goBack(scene: Scene, section: GoingBack, own: Readonly<Record<string, string>>): Promise<void> {
  const page = await readFile(join(root, 'docs', 'etcd-recovery.md'), 'utf8');
  const commands = [commandsOf(page, '## Going back'), commandsOf(page, `### ${section}`)].join('\n');
  const all = Object.entries({ namespace: scene.namespace, ...own });
  await runAsPerson(scene, all.reduce(withOwn, commands));
}

function commandsOf(page: string, heading: string): string {
  const [, section] = page.split(`\n${heading}\n`);
  const commands = section === undefined ? undefined : /^```sh\n(.*?)^```$/ms.exec(section)?.[1];
  if (commands === undefined) throw new Error(`the page has no commands under ${heading}`);
  return commands;
}

function withOwn(commands: string, [name, value]: readonly [string, string]): string {
  const line = new RegExp(`^${name}=\\S+$`, 'm');
  if (!line.test(commands)) throw new Error(`the page has no line ${name}=...`);
  return commands.replace(line, `${name}=${value}`);
}

/** Approves the recovery that the page has made, and waits until etcd is restored from the member that it names. */
export async function untilBack(scene: Scene, pod: string): Promise<void> {
  const patient = { timeoutMs: 300_000 };
  const { status } = await untilRecovery(scene, `back-to-${pod}`, 'AwaitingApproval', patient);
  expect(status?.sources?.find(({ chosen }) => chosen)).toMatchObject({ name: pod });
  await approve(scene, `back-to-${pod}`, status?.planHash ?? '');
  await untilRecovery(scene, `back-to-${pod}`, 'Succeeded', patient);
}
