/**
 * The end-to-end tests: brings up clusters, installs the operator from its own image by its own chart, runs the scenarios (those of
 * parallel/ side by side, those of serial/ one by one on a second cluster at the same time) and removes the clusters. Up to four
 * files that failed are run once more by themselves, and those that passed then are named.
 *
 *     node test/e2e/run.ts [pattern of file names]
 *
 * KEEP=1 leaves the clusters, takes up those that were left, and runs nothing twice: the quick way to work on a scenario. Only the
 * cluster that the chosen scenarios need is brought up.
 */
import { progress } from '../cluster/cache.ts';
import { playLayer } from './layer.ts';

const choice = { pattern: process.argv[2] ?? '', keep: process.env['KEEP'] === '1' };
try {
  process.exitCode = (await playLayer({ name: 'e2e', folder: 'test/e2e' }, choice)) ? 0 : 1;
} catch (error) {
  progress(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
