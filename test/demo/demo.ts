/**
 * A Milvus with pairs of coordinators on a three-node cluster of its own: a failover and a switchover to look at, and a
 * cluster to go on with.
 *
 *     node test/demo/demo.ts up | down
 */
import { progress } from '../cluster/cache.ts';
import { onInterruption } from '../cluster/interruption.ts';
import { removeCluster } from '../cluster/remove.ts';
import { ClusterState } from '../cluster/state.ts';
import { howToGoOn } from './farewell.ts';
import { assertAbleToRun } from './preflight.ts';
import { playDemo } from './play.ts';
import { clusterName } from './settings.ts';

/** @returns the exit code */
async function up(): Promise<number> {
  const running = ClusterState.read(clusterName);
  if (running?.current.ready && running.current.keep) {
    progress('A demo runs already. `make demo-down` removes it; after that, `make demo` starts afresh.');
    process.stdout.write(await howToGoOn(running.plan));
    return 1;
  }
  await assertAbleToRun();
  const abort = new AbortController();
  const playing = playDemo(abort.signal);
  const release = onInterruption(async (received) => {
    progress(`${received}: ending, and removing what was started`);
    abort.abort(new Error(`interrupted by ${received}`));
    await playing.catch(() => undefined);
  });
  try {
    await playing;
    return 0;
  } catch (error) {
    abort.signal.throwIfAborted(); // the reason says more than what was cut short by it
    throw error;
  } finally {
    release();
  }
}

async function down(): Promise<number> {
  const found = ClusterState.read(clusterName) !== undefined;
  await removeCluster(clusterName);
  progress(found ? 'The demo is removed, with everything it made.' : 'There is no demo on this machine.');
  return 0;
}

const commands: Readonly<Record<string, () => Promise<number>>> = { up, down };
const command = commands[process.argv[2] ?? ''];
if (command === undefined) {
  progress('usage: node test/demo/demo.ts up | down');
  process.exitCode = 2;
} else {
  try {
    process.exitCode = await command();
  } catch (error) {
    progress(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  }
}
