/**
 * The integration tests. Up to four files that failed are played once more by themselves: the machine may have been busy with
 * something else. What needed it is said.
 *
 *     node test/integration/run.ts [pattern of file names]
 */
import { availableParallelism } from 'node:os';
import { onInterruption } from '../cluster/interruption.ts';
import { playAgain } from '../runner/again.ts';
import { playGroup, type Group } from '../runner/group.ts';
import { allPassed, count, writeResults, type Results } from '../runner/results.ts';
import { startForWorkers } from './support/shared-api-server.ts';

const pattern = process.argv[2] ?? '';
// They wait for servers two thirds of their time.
const workers = Math.min(6, Math.ceil(1.5 * availableParallelism()));

const abort = new AbortController();
let settled: Promise<unknown> = Promise.resolve();
const release = onInterruption(async (received) => {
  abort.abort(new Error(`interrupted by ${received}`));
  await settled.catch(() => undefined);
});
const work = play();
settled = work;
const results = await work;
release();
await writeResults('integration', results);
process.exitCode = allPassed(results) ? 0 : 1;

/** All files share an API server with those that ran before in the same worker; those chosen by a pattern start their own. */
async function play(): Promise<Results> {
  await using servers = pattern === '' ? await startForWorkers(workers) : undefined;
  const files = [`test/integration/.*${pattern}`];
  const group: Group = { name: 'integration-first', project: 'integration', workers, files, env: servers?.env ?? {} };
  const first = await playGroup(group, abort.signal);
  return count(first, await playAgain(first, group, abort.signal));
}
