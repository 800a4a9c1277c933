import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TimedScenario } from '../runner/durations.ts';
import type { Measurements } from './support/scene.ts';
import { resultsFolder, root } from './support/settings.ts';

/** What the report says of one scenario. */
export interface ScenarioReport extends TimedScenario {
  /** 2: it failed at the first try. */
  readonly tries: number;
  /** Time on a processor of the test and of the programs that it ran (kubectl, etcdctl); not of the cluster. */
  readonly processorMs: number;
  readonly measurements: Measurements;
}

/** Joins what the scenarios left into a file in build/. @returns it. */
export async function mergeReports(name: string): Promise<readonly ScenarioReport[]> {
  const files = (await readdir(resultsFolder).catch(() => [])).toSorted();
  const read = files.map(
    async (file) => JSON.parse(await readFile(join(resultsFolder, file), 'utf8')) as ScenarioReport,
  );
  const report = await Promise.all(read);
  await writeFile(join(root, 'build', name), `${JSON.stringify(report, undefined, 2)}\n`);
  return report;
}
