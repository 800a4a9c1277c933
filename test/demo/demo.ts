/**
 * A Milvus with pairs of coordinators on a three-node cluster of its own: failovers and planned moves to look at, and a
 * cluster to go on with.
 *
 *     node test/demo/demo.ts up | down
 *
 * DEMO=stand-in plays with a program in the place of Milvus: for machines that cannot have or run the real one.
 */
import { progress } from '../cluster/cache.ts';
import { onInterruption } from '../cluster/interruption.ts';
import { removeCluster } from '../cluster/remove.ts';
import { ClusterState } from '../cluster/state.ts';
import { howToGoOn } from './farewell.ts';
import { assertAbleToRun } from './preflight.ts';
import { playDemo } from './play.ts';
import { realDemo } from './real/play.ts';
import { clusterName } from './settings.ts';
import { standInDemo } from './stand-in/play.ts';
import type { Demo } from './stage.ts';

const demos: Readonly<Record<string, Demo>> = { real: realDemo, 'stand-in': standInDemo };

/** @throws Error when there is no such demo. */
function chosenDemo(): Demo {
  const name = process.env['DEMO'] ?? 'real';
  const demo = demos[name];
  if (demo === undefined)
    throw new Error(`DEMO=${name}: there is no such demo, only ${Object.keys(demos).join(' and ')}`);
  return demo;
}

/** @returns the exit code */
async function up(): Promise<number> {
  const demo = chosenDemo();
  const running = ClusterState.read(clusterName);
  if (running?.current.ready && running.current.keep) {
    progress('A demo runs already. `make demo-down` removes it; after that, `make demo` starts afresh.');
    process.stdout.write(await howToGoOn(running.plan, demo.anotherImage));
    return 1;
  }
  await assertAbleToRun();
  const abort = new AbortController();
  const playing = playDemo(demo, abort.signal);
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
