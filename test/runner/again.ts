import { progress } from '../cluster/cache.ts';
import { playGroup, type Group } from './group.ts';
import { failures, type FileResult } from './results.ts';

/** More files than these have failed for a reason that a second try does not find. */
const mostFilesAgain = 4;

/** Two that lead or work at once are never the fault of a busy machine: what looks for that has one try. */
const oneTryOnly = /lease-election|two-guards|operator-asleep|\/chaos/;

/** The files that get a second try: those that failed, unless they are too many or look for two leaders. */
export function filesToRunAgain(first: readonly FileResult[]): readonly FileResult[] {
  const failed = first.filter(({ status }) => status === 'failed');
  return failed.length > mostFilesAgain ? [] : failed.filter(({ name }) => !oneTryOnly.test(name));
}

/**
 * Runs files of a group that failed once more, by themselves: the machine may have been busy with something else. Says which.
 * @returns what became of them then; nothing for those that get no second try.
 */
export async function playAgain(
  first: readonly FileResult[],
  group: Group,
  signal: AbortSignal,
): Promise<readonly FileResult[]> {
  const failed = filesToRunAgain(first);
  if (failed.length === 0) return [];
  signal.throwIfAborted();
  progress(`failed, and run once more:\n  ${failed.flatMap(failures).join('\n  ')}`);
  const files = failed.map(({ name }) => name);
  return playGroup({ ...group, name: `${group.name}-again`, workers: 1, files }, signal);
}
