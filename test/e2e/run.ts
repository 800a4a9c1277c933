/**
 * The end-to-end tests: brings up a cluster, installs the operator from its own image by its own chart, runs the
 * scenarios (those of together/ side by side, those of alone/ one by one) and removes the cluster.
 *
 *     node test/e2e/run.ts [pattern of file names]
 *
 * KEEP=1 leaves the cluster, and takes up one that was left: the quick way to work on a scenario.
 */
import { rm } from 'node:fs/promises';
import { progress } from '../cluster/cache.ts';
import { openEnvironment } from './environment.ts';
import { playGroup } from './groups.ts';
import { mergeReports } from './report.ts';
import { logsFolder, resultsFolder } from './support/settings.ts';

const groups = [
  { name: 'together', workers: 4 },
  { name: 'alone', workers: 1 },
] as const;

/** @returns whether every scenario passed. */
async function main(pattern: string): Promise<boolean> {
  for (const folder of [logsFolder, resultsFolder]) await rm(folder, { recursive: true, force: true });
  const environment = await openEnvironment({ keep: process.env['KEEP'] === '1' });
  let good = false;
  try {
    const passed: boolean[] = [];
    for (const group of groups) {
      environment.signal.throwIfAborted();
      progress(`scenarios ${group.name}`);
      passed.push(await playGroup(group, pattern, environment.signal));
    }
    await mergeReports();
    good = passed.every(Boolean);
  } finally {
    await environment.close(good);
  }
  return good;
}

try {
  process.exitCode = (await main(process.argv[2] ?? '')) ? 0 : 1;
} catch (error) {
  progress(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
