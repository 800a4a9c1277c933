import { backoffMs, type Backoff } from './backoff.ts';
import { systemClock, type Clock } from '../base/clock.ts';

/** `fresh`: something changed. `resync`: a look without a cause, at start or from time to time; it waits for the fresh. */
export type Priority = 'fresh' | 'resync';

/** Told of what happens in a queue: what controller-runtime's workqueue_* metrics are made of. */
export interface WorkQueueObserver {
  /** Keys waiting now (workqueue_depth). */
  depth(waiting: number): void;
  /** A key began to wait (workqueue_adds_total); duplicates are not counted. */
  added(): void;
  /** A key was taken after waiting so long (workqueue_queue_duration_seconds). */
  taken(waitedMs: number): void;
  /** Its work ended after so long (workqueue_work_duration_seconds). */
  done(tookMs: number): void;
  /** A key was put back after a failure (workqueue_retries_total). */
  retried(): void;
}

/** How a queue behaves. */
export interface WorkQueueOptions {
  /** Waits of {@link WorkQueue.addRateLimited}; default 5 ms doubled up to 5 min. */
  readonly backoff?: Backoff;
  readonly observer?: WorkQueueObserver;
  readonly clock?: Clock;
}

/** A key that waits or is worked on. */
interface Entry {
  /** Waiting: since when. Absent while worked on. */
  waitingSinceMs?: number;
  /** Worked on: since when. */
  takenMs?: number;
  /** Priority of the wait, or, while worked on, of the wait that follows; absent: none. */
  priority?: Priority;
}

/**
 * Keys to be looked at, after client-go's workqueue. Invariants:
 * 1. A key waits at most once, however often it is added.
 * 2. A key is with at most one worker, from `take` to `done`.
 * 3. A key added while worked on waits again from `done` on: no change is missed.
 * 4. Keys come out in the order in which they began to wait, `fresh` ones first; a key added as both is fresh.
 * 5. After `shutDown` nothing comes out, and nothing goes in.
 */
export class WorkQueue implements AsyncDisposable {
  readonly #clock: Clock;
  readonly #backoff: Backoff;
  readonly #observer: WorkQueueObserver | undefined;
  readonly #entries = new Map<string, Entry>();
  /** A Set keeps the order of insertion: the waiting lines. */
  readonly #lines: Readonly<Record<Priority, Set<string>>> = { fresh: new Set(), resync: new Set() };
  readonly #failures = new Map<string, number>();
  readonly #delayed = new Map<string, { readonly dueMs: number; readonly timer: Disposable; priority: Priority }>();
  readonly #takers: ((key: string | undefined) => void)[] = [];
  readonly #drained = Promise.withResolvers<undefined>();
  #shutDown = false;

  constructor({ backoff = { firstMs: 5, longestMs: 300_000 }, observer, clock = systemClock }: WorkQueueOptions = {}) {
    this.#backoff = backoff;
    this.#observer = observer;
    this.#clock = clock;
  }

  /** Asks for a look at `key` as soon as a worker is free. */
  add(key: string, priority: Priority = 'fresh'): void {
    if (this.#shutDown) return;
    const entry = this.#entries.get(key);
    if (entry === undefined) {
      this.#wait(key, priority);
    } else if (entry.takenMs !== undefined) {
      entry.priority = higher(entry.priority, priority);
    } else if (entry.priority === 'resync' && priority === 'fresh') {
      this.#lines.resync.delete(key);
      this.#lines.fresh.add(key);
      entry.priority = 'fresh';
    }
    this.#serve();
  }

  /** Asks for a look after `delayMs`. Of several such wishes for a key the earliest is kept. */
  addAfter(key: string, delayMs: number, priority: Priority = 'fresh'): void {
    if (this.#shutDown) return;
    if (delayMs <= 0) {
      this.add(key, priority);
      return;
    }
    const dueMs = this.#clock.nowMs() + delayMs;
    const known = this.#delayed.get(key);
    if (known !== undefined && known.dueMs <= dueMs) {
      known.priority = higher(known.priority, priority);
      return;
    }
    known?.timer[Symbol.dispose]();
    const timer = this.#clock.schedule(delayMs, () => {
      const due = this.#delayed.get(key);
      this.#delayed.delete(key);
      this.add(key, due?.priority);
    });
    this.#delayed.set(key, { dueMs, timer, priority: higher(known?.priority, priority) });
  }

  /** Asks for another look after a failure: each time in a row twice as late, until {@link forget}. */
  addRateLimited(key: string, priority: Priority = 'fresh'): void {
    if (this.#shutDown) return;
    const failures = this.failures(key) + 1;
    this.#failures.set(key, failures);
    this.#observer?.retried();
    this.addAfter(key, backoffMs(this.#backoff, failures), priority);
  }

  /** The work on `key` succeeded: its next failure starts with the shortest wait. */
  forget(key: string): void {
    this.#failures.delete(key);
  }

  /** Failures of `key` in a row. */
  failures(key: string): number {
    return this.#failures.get(key) ?? 0;
  }

  /**
   * The next key, as soon as there is one; the taker owes {@link done}. Undefined after {@link shutDown}.
   */
  take(): Promise<string | undefined> {
    if (this.#shutDown) return Promise.resolve(undefined);
    const taken = new Promise<string | undefined>((resolve) => this.#takers.push(resolve));
    this.#serve();
    return taken;
  }

  /** The work on `key` ended, well or not. */
  done(key: string): void {
    const entry = this.#entries.get(key);
    if (entry?.takenMs === undefined) return;
    this.#observer?.done(this.#clock.nowMs() - entry.takenMs);
    this.#entries.delete(key);
    if (this.#shutDown) this.#checkDrained();
    else if (entry.priority !== undefined) {
      this.#wait(key, entry.priority);
      this.#serve();
    }
  }

  /** Whether a worker waits for a key: one that is added now is taken at once. */
  get isIdle(): boolean {
    return this.#takers.length > 0;
  }

  /** Keys waiting now. */
  get depth(): number {
    return this.#lines.fresh.size + this.#lines.resync.size;
  }

  /** How long the work under way has taken: all together (workqueue_unfinished_work_seconds) and the longest one. */
  running(): { readonly keys: number; readonly totalMs: number; readonly longestMs: number } {
    const nowMs = this.#clock.nowMs();
    const tookMs = [...this.#entries.values()].flatMap(({ takenMs }) =>
      takenMs === undefined ? [] : [nowMs - takenMs],
    );
    return { keys: tookMs.length, totalMs: tookMs.reduce((sum, ms) => sum + ms, 0), longestMs: Math.max(0, ...tookMs) };
  }

  /** Hands out nothing more and resolves when the work under way is done. */
  async shutDown(): Promise<void> {
    this.#shutDown = true;
    for (const { timer } of this.#delayed.values()) timer[Symbol.dispose]();
    this.#delayed.clear();
    for (const line of Object.values(this.#lines)) {
      for (const key of line) this.#entries.delete(key);
      line.clear();
    }
    this.#observer?.depth(0);
    for (const taker of this.#takers.splice(0)) taker(undefined);
    this.#checkDrained();
    await this.#drained.promise;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.shutDown();
  }

  #wait(key: string, priority: Priority): void {
    this.#entries.set(key, { waitingSinceMs: this.#clock.nowMs(), priority });
    this.#lines[priority].add(key);
    this.#observer?.added();
    this.#observer?.depth(this.depth);
  }

  /** Brings the first waiting keys and the first waiting takers together. */
  #serve(): void {
    while (this.#takers.length > 0) {
      const line = this.#lines.fresh.size > 0 ? this.#lines.fresh : this.#lines.resync;
      const [key] = line;
      if (key === undefined) return;
      line.delete(key);
      const nowMs = this.#clock.nowMs();
      const waitedMs = nowMs - (this.#entries.get(key)?.waitingSinceMs ?? nowMs);
      this.#entries.set(key, { takenMs: nowMs });
      this.#observer?.taken(waitedMs);
      this.#observer?.depth(this.depth);
      this.#takers.shift()?.(key);
    }
  }

  #checkDrained(): void {
    if (this.#entries.size === 0) this.#drained.resolve(undefined);
  }
}

function higher(a: Priority | undefined, b: Priority): Priority {
  return a === 'fresh' ? a : b;
}
