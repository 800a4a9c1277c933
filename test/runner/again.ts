import { progress } from '../cluster/cache.ts';
import { playGroup, type Group } from './group.ts';
import { failures, type FileResult } from './results.ts';

/** More files than these have failed for a reason that a second try does not find. */
const mostFilesAgain = 4;

/**
 * Plays files that failed once more, by themselves: the machine may have been busy with something else. Says which.
 * @returns what became of them then; nothing when none failed, or too many.
 */
export async function playAgain(
  first: readonly FileResult[],
  project: Group['project'],
  signal: AbortSignal,
): Promise<readonly FileResult[]> {
  const failed = first.filter(({ status }) => status === 'failed');
  if (failed.length === 0 || failed.length > mostFilesAgain) return [];
  signal.throwIfAborted();
  progress(`failed, and played once more:\n  ${failed.flatMap(failures).join('\n  ')}`);
  return playGroup({ name: `${project}-again`, project, workers: 1, files: failed.map(({ name }) => name) }, signal);
}
