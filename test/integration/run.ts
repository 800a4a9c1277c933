/**
 * The integration tests. Up to four files that failed are played once more by themselves: the machine may have been busy with
 * something else. What needed it is said.
 *
 *     node test/integration/run.ts [pattern of file names]
 */
import { availableParallelism } from 'node:os';
import { onInterruption } from '../cluster/interruption.ts';
import { playAgain } from '../runner/again.ts';
import { playGroup } from '../runner/group.ts';
import { allPassed, count, writeResults } from '../runner/results.ts';

const abort = new AbortController();
const release = onInterruption((received) => {
  abort.abort(new Error(`interrupted by ${received}`));
  return Promise.resolve();
});

// Each worker starts an API server or etcds of its own, and waits for them two thirds of its time.
const workers = Math.min(6, Math.ceil(1.5 * availableParallelism()));
const files = [`test/integration/.*${process.argv[2] ?? ''}`];
const group = { name: 'integration-first', project: 'integration', workers, files } as const;
const first = await playGroup(group, abort.signal);
const results = count(first, await playAgain(first, group, abort.signal));
release();
await writeResults('integration', results);
process.exitCode = allPassed(results) ? 0 : 1;
