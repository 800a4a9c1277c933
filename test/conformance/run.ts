/**
 * Holds the stand-ins for Milvus against the real servers. Files that failed are played once more by themselves: the machine
 * may have been busy with something else. What needed it is said.
 *
 *     node test/conformance/run.ts [pattern of file names]
 */
import { rmdir } from 'node:fs/promises';
import { onInterruption } from '../cluster/interruption.ts';
import { playAgain } from '../runner/again.ts';
import { playGroup } from '../runner/group.ts';
import { allPassed, count, writeResults } from '../runner/results.ts';
import { PID_FILES, SERVER_IDS } from './support/coordinator.ts';

const abort = new AbortController();
const release = onInterruption((received) => {
  abort.abort(new Error(`interrupted by ${received}`));
  return Promise.resolve();
});

// Two releases side by side: most of the time is spent waiting for leases.
const files = [`test/conformance/.*${process.argv[2] ?? ''}`];
const group = { name: 'conformance-first', project: 'conformance', workers: 2, files } as const;
const first = await playGroup(group, abort.signal);
const results = count(first, await playAgain(first, group, abort.signal));
release();
// Empty by now, unless another Milvus of this machine writes there too.
for (const folder of [PID_FILES, SERVER_IDS]) await rmdir(folder).catch(() => undefined);
await writeResults('conformance', results);
process.exitCode = allPassed(results) ? 0 : 1;
