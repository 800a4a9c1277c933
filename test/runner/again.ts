import { progress } from '../cluster/cache.ts';
import { playGroup, type Group } from './group.ts';
import { failures, type FileResult } from './results.ts';

/** More files than these have failed for a reason that a second try does not find. */
const mostFilesAgain = 4;

/**
 * Runs files of a group that failed once more, by themselves: the machine may have been busy with something else. Says which.
 * @returns what became of them then; nothing when none failed, or too many.
 */
export async function playAgain(
  first: readonly FileResult[],
  group: Group,
  signal: AbortSignal,
): Promise<readonly FileResult[]> {
  const failed = first.filter(({ status }) => status === 'failed');
  if (failed.length === 0 || failed.length > mostFilesAgain) return [];
  signal.throwIfAborted();
  progress(`failed, and run once more:\n  ${failed.flatMap(failures).join('\n  ')}`);
  const files = failed.map(({ name }) => name);
  return playGroup({ ...group, name: `${group.name}-again`, workers: 1, files }, signal);
}
