import { Worker } from 'node:worker_threads';
import type { Log } from '../base/log.ts';
import { BEATS, UNDER_WAY_BYTES, watchdogMemory } from './watchdog-memory.ts';
import type { WatchdogThreadData } from './watchdog-thread.ts';

/** How a watchdog watches. */
export interface WatchdogOptions {
  readonly log: Log;
  /** Told afterwards how long the loop stood still, milliseconds. */
  readonly onStall: (stalledMs: number) => void;
  /** So long without a turn of the loop is a stall, milliseconds; default 2 s. */
  readonly stallMs?: number;
  /** Where the thread writes: a file descriptor; default standard output, as the log. */
  readonly output?: number;
}

const STDOUT = 1;
/** The bundle has the thread beside main.js. */
const threadFile = import.meta.url.endsWith('.ts') ? './watchdog-thread.ts' : './watchdog-thread.js';

/**
 * Says what the loop was busy with when it stood still: one object that takes seconds of processor keeps all the others
 * waiting, and the log would be silent while it does. All that is under way is named, the last one begun first; which of
 * them holds the loop up cannot be told from outside, and mostly it is the only one.
 */
export class Watchdog implements AsyncDisposable {
  readonly #beats: Int32Array;
  readonly #shared: Uint8Array;
  readonly #underWay = new Map<symbol, string>();
  readonly #thread: Worker;
  readonly #timer: NodeJS.Timeout;

  /** Begins to watch. */
  constructor(options: WatchdogOptions) {
    const memory = watchdogMemory();
    const { stallMs = 2_000, output = STDOUT, log } = options;
    this.#beats = new Int32Array(memory.beats);
    this.#shared = new Uint8Array(memory.underWay);
    const workerData: WatchdogThreadData = { memory, stallMs, output };
    const limits = { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 2 };
    this.#thread = new Worker(new URL(threadFile, import.meta.url), { workerData, resourceLimits: limits });
    this.#thread.on('error', (error: unknown) => log.error({ err: error }, 'nobody watches the event loop any more'));
    this.#thread.unref();
    const everyMs = stallMs / 4;
    let lastMs = performance.now();
    this.#timer = setInterval(() => {
      const nowMs = performance.now();
      const lateMs = nowMs - lastMs - everyMs;
      lastMs = nowMs;
      this.#beat();
      if (lateMs > stallMs) options.onStall(lateMs);
    }, everyMs).unref();
  }

  /** Does some work, which is named if the loop stands still meanwhile. */
  async during<T>(what: string, work: () => Promise<T>): Promise<T> {
    const key = Symbol(what);
    this.#underWay.set(key, what);
    this.#share();
    try {
      return await work();
    } finally {
      this.#underWay.delete(key);
      this.#share();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    await this.#thread.terminate();
  }

  #beat(): void {
    Atomics.add(this.#beats, BEATS, 1);
    Atomics.notify(this.#beats, BEATS);
  }

  #share(): void {
    const text = [...this.#underWay.values()].reverse().join('\n');
    const { written } = new TextEncoder().encodeInto(text, this.#shared.subarray(0, UNDER_WAY_BYTES - 1));
    this.#shared[written] = 0;
  }
}
