import { readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { load } from 'js-yaml';
import { commandsOf, type Command } from '../../support/docs/commands.ts';
import { parsePage } from '../../support/docs/pages.ts';
import { clientEnvironment } from '../../cluster/kubeconfig.ts';
import { run } from '../../cluster/process.ts';
import { ensurePrograms } from '../../cluster/programs.ts';
import type { Scene } from './scene.ts';
import { root } from './settings.ts';

/** A shell at a reader's desk. */
export interface Desk extends AsyncDisposable {
  /** Types lines as they stand. @returns what they print. @throws CommandError with what they print to stderr. */
  type(lines: string): Promise<string>;
}

interface Kubeconfig {
  readonly contexts: readonly { readonly context: object }[];
}

/**
 * A shell with kubectl, helm and etcdctl, whose namespace is the scenario's, in the checkout.
 *
 * @param variables more of its environment
 */
export async function openDesk(scene: Scene, variables: Readonly<Record<string, string>> = {}): Promise<Desk> {
  const { kubectl, helm, etcdctl } = await ensurePrograms(['kubectl', 'helm', 'etcdctl']);
  const { kubeconfigPath, runDir } = scene.cluster;
  const path = join(runDir, `kubeconfig-${scene.namespace}`);
  const kubeconfig = load(await readFile(kubeconfigPath, 'utf8')) as Kubeconfig;
  const contexts = kubeconfig.contexts.map((one) => ({
    ...one,
    context: { ...one.context, namespace: scene.namespace },
  }));
  await writeFile(path, JSON.stringify({ ...kubeconfig, contexts }), { mode: 0o600 });
  const env = {
    ...clientEnvironment(kubeconfigPath),
    ...variables,
    KUBECONFIG: path,
    PATH: [...[kubectl, helm, etcdctl].map(dirname), process.env['PATH'] ?? ''].join(':'),
  };
  return {
    type: (lines) => run('bash', ['-euo', 'pipefail', '-c', lines], { env, cwd: root, timeoutMs: 300_000 }),
    [Symbol.asyncDispose]: () => rm(path, { force: true }),
  };
}

/** The commands of a page that name this test as the one that runs them, in order. */
export async function commandsRunBy(test: string, page: string): Promise<readonly string[]> {
  const all = commandsOf(parsePage(page, await readFile(join(root, page), 'utf8')));
  const isOurs = ({ fate }: Command): boolean => fate.kind === 'RunBy' && fate.file === test;
  return all.filter(isOurs).map(({ text }) => text);
}
