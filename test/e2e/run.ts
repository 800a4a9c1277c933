/**
 * The end-to-end tests: brings up a cluster, installs the operator from its own image by its own chart, runs the
 * scenarios (those of parallel/ side by side, those of serial/ one by one) and removes the cluster. Up to four files that
 * failed are played once more by themselves: the machine may have been busy with something else. What needed it is said.
 *
 *     node test/e2e/run.ts [pattern of file names]
 *
 * KEEP=1 leaves the cluster, takes up one that was left, and plays nothing twice: the quick way to work on a scenario.
 */
import { rm } from 'node:fs/promises';
import { progress } from '../cluster/cache.ts';
import { playAgain } from '../runner/again.ts';
import { slowest } from '../runner/durations.ts';
import { playGroup } from '../runner/group.ts';
import { allPassed, count, writeResults, type FileResult } from '../runner/results.ts';
import { openEnvironment } from './environment.ts';
import { mergeReports } from './report.ts';
import { logsFolder, resultsFolder } from './support/settings.ts';

const groups = [
  { name: 'parallel', workers: 3 },
  { name: 'serial', workers: 1 },
] as const;

/** @returns whether every scenario passed. */
async function main(pattern: string, keep: boolean): Promise<boolean> {
  for (const folder of [logsFolder, resultsFolder]) await rm(folder, { recursive: true, force: true });
  const environment = await openEnvironment({ keep });
  let good = false;
  try {
    const first: FileResult[] = [];
    for (const group of groups) {
      environment.signal.throwIfAborted();
      progress(`scenarios ${group.name}`);
      const files = [`test/e2e/${group.name}/.*${pattern}`];
      first.push(
        ...(await playGroup({ ...group, name: `e2e-${group.name}`, project: 'e2e', files }, environment.signal)),
      );
    }
    const results = count(first, keep ? [] : await playAgain(first, 'e2e', environment.signal));
    await writeResults('e2e', results);
    const report = await mergeReports('e2e-report.json');
    progress(`the slowest scenarios:\n  ${slowest(report, 10).join('\n  ')}`);
    good = allPassed(results);
  } finally {
    await environment.close(good);
  }
  return good;
}

try {
  process.exitCode = (await main(process.argv[2] ?? '', process.env['KEEP'] === '1')) ? 0 : 1;
} catch (error) {
  progress(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
