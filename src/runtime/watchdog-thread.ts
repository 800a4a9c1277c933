/*
 * A thread that sees when the main one stands still: it waits for the heartbeat in shared memory, and while that stays away
 * it writes what is under way to the log. It knows nothing else, so that nothing can hold it up.
 */
import { writeSync } from 'node:fs';
import { workerData } from 'node:worker_threads';
import { BEATS, type WatchdogMemory } from './watchdog-memory.ts';

/** How the thread is started. */
export interface WatchdogThreadData {
  readonly memory: WatchdogMemory;
  readonly stallMs: number;
  /** A file descriptor for the log. */
  readonly output: number;
}

const { memory, stallMs, output } = workerData as WatchdogThreadData;
const beats = new Int32Array(memory.beats);
const underWay = new Uint8Array(memory.underWay);

/** What the main thread last said is under way, the last one begun first. */
function busyWith(): readonly string[] {
  const end = underWay.indexOf(0);
  // A copy: TextDecoder does not read shared memory.
  const text = new TextDecoder().decode(underWay.slice(0, end < 0 ? underWay.length : end));
  return text === '' ? [] : text.split('\n');
}

function log(msg: string, fields: object): void {
  const line = { level: 'error', time: new Date().toISOString(), ...fields, msg };
  writeSync(output, `${JSON.stringify(line)}\n`);
}

for (;;) {
  const seen = Atomics.load(beats, BEATS);
  if (Atomics.wait(beats, BEATS, seen, stallMs) !== 'timed-out') continue;
  log('the event loop stands still: nothing is done for anybody meanwhile', { stallMs, underWay: busyWith() });
  Atomics.wait(beats, BEATS, seen);
}
