import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { expect, it } from '@jest/globals';
import { progress } from '../../cluster/cache.ts';
import type { Kubectl } from './kubectl.ts';
import type { ScenarioReport } from '../report.ts';
import { openScene, slug, type Scene } from './scene.ts';
import { logsFolder, resultsFolder, root } from './settings.ts';
import { startStopwatch, type Spent } from './stopwatch.ts';

export type { Measurements, Scene } from './scene.ts';

const defaultTimeoutMs = 240_000;

/**
 * One thing that must hold, on a real cluster: a test with a namespace of its own, which is gone afterwards. Leaves its
 * measurements for the report, and when it fails, what `kubectl` had to say.
 */
export function scenario(
  title: string,
  play: (scene: Scene) => Promise<void>,
  { timeoutMs = defaultTimeoutMs }: { readonly timeoutMs?: number } = {},
): void {
  it(
    title,
    async () => {
      const spent = startStopwatch();
      await using stage = await openScene(title);
      let passed = false;
      try {
        await play(stage.scene);
        passed = true;
      } finally {
        if (!passed) await keepEvidence(title, stage.scene);
        await report(title, passed, spent(), stage.scene);
      }
    },
    timeoutMs,
  );
}

async function report(title: string, passed: boolean, spent: Spent, { measurements }: Scene): Promise<void> {
  await mkdir(resultsFolder, { recursive: true });
  const path = join(resultsFolder, `${slug(title)}.json`);
  const before = await readFile(path, 'utf8').catch(() => undefined);
  const tries = before === undefined ? 1 : (JSON.parse(before) as { readonly tries: number }).tries + 1;
  const file = relative(join(root, 'test', 'e2e'), expect.getState().testPath ?? '');
  const result: ScenarioReport = { scenario: title, file, passed, tries, ...spent, measurements };
  await writeFile(path, `${JSON.stringify(result, undefined, 2)}\n`);
}

/** Namespaces are gone by the time somebody looks, so what they held is written down. */
async function keepEvidence(title: string, { kubectl }: Scene): Promise<void> {
  const questions = [
    ['get', 'coordinatorpairs,statefulsets,pods,services,endpointslices', '--output', 'wide'],
    ['describe', 'coordinatorpairs'],
    ['get', 'etcdguards,etcdrecoveries', '--output', 'yaml'],
    ['get', 'jobs,persistentvolumeclaims', '--output', 'wide'],
    ['get', 'etcdguards,etcdrecoveries,configmaps,jobs,persistentvolumeclaims', '--output', 'yaml'],
    ['describe', 'pods'],
    ['get', 'events', '--sort-by', '.metadata.creationTimestamp'],
    ['logs', '--selector', 'app.kubernetes.io/name=milvus', '--all-containers', '--prefix', '--tail', '100'],
  ];
  const answers = questions.map(async (question) => {
    const answer = await kubectl.run(question).catch(String);
    return `$ kubectl ${question.join(' ')}\n${answer}`;
  });
  await mkdir(logsFolder, { recursive: true });
  await writeFile(join(logsFolder, `${slug(title)}.txt`), (await Promise.all(answers)).join('\n\n'));
  progress(`${title}: failed on this cluster:\n${await inShort(kubectl)}`);
}

/** What tells most in a screenful, for those who have nothing but the output of a run. */
async function inShort(kubectl: Kubectl): Promise<string> {
  const ask = (...question: string[]) => kubectl.run(['get', ...question]).catch(String);
  const [nodes, pods, events] = await Promise.all([
    ask('nodes'),
    ask('pods', '--output', 'wide'),
    ask('events', '--sort-by', '.metadata.creationTimestamp', '--field-selector', 'type=Warning'),
  ]);
  return [nodes, pods, ...events.split('\n').slice(-10)].join('\n');
}
