import { isDeepStrictEqual } from 'node:util';
import { abortable } from './abortable.ts';
import { delayMs, readBackoff, spread } from './backoff.ts';
import type { Clock } from '../base/clock.ts';
import { EtcdError } from './errors.ts';
import type { Log } from '../base/log.ts';
import { sameKeys } from './same-keys.ts';
import type { EtcdClient, SessionSnapshot, SessionStore, SessionStoreState } from './types.ts';
import { WatchHint, type Hint } from './watch-hint.ts';
import type { WatchListener } from './watch-stream.ts';

/** What a session store needs. */
export interface SessionStoreOptions {
  /** With the slash at its end. */
  readonly prefix: string;
  readonly client: EtcdClient;
  /** Watches the prefix until the watch breaks; then throws. */
  readonly watch: (prefix: string, listener: WatchListener, signal: AbortSignal) => Promise<never>;
  readonly clock: Clock;
  readonly log: Log;
  /** Time from one good read to the next when nothing asks for one, milliseconds. */
  readonly resyncMs: number;
  /** 0 to 1, for spreading the delays. */
  readonly random: () => number;
  /** Told how each read ended and how long it took, for metrics. */
  readonly onRead?: ReadObserver;
}

/** How one read of a store ended. */
export type ReadObserver = (result: 'success' | 'error', durationMs: number) => void;

/**
 * {@link SessionStore} over one connection. Invariants:
 *
 * 1. At most one read is under way and one waits to be sent; a hint during a read asks for another, since the one under
 *    way may have been answered before the change.
 * 2. A good read is followed by the next after `resyncMs` at the latest, a failed one after the backoff.
 * 3. The newest read wins, whatever its revision: a restored etcd goes back.
 * 4. While reads fail, a broken watch is no reason to read: the backoff decides.
 * 5. Alarms are looked at after a good read, at most twice in `resyncMs`; whether that works decides nothing else.
 */
export class EtcdSessionStore implements SessionStore, Disposable {
  readonly client: EtcdClient;
  readonly #options: SessionStoreOptions;
  readonly #listeners = new Set<() => void>();
  readonly #stop = new AbortController();
  readonly #hints: WatchHint;
  #state: SessionStoreState = {};
  #reading = false;
  #waiting: PromiseWithResolvers<SessionSnapshot> | undefined;
  #failures = 0;
  #timer: Disposable | undefined;
  #alarmsAskedAtMs: number | undefined;

  /** Starts reading and watching at once. */
  constructor(options: SessionStoreOptions) {
    this.#options = options;
    this.client = options.client;
    this.#readSoon();
    this.#hints = new WatchHint({ ...options, watch: this.#watch, onHint: this.#onHint });
  }

  get state(): SessionStoreState {
    return this.#state;
  }

  read(signal?: AbortSignal): Promise<SessionSnapshot> {
    return abortable(this.#request(), signal);
  }

  subscribe(listener: () => void): Disposable {
    // Wrapped, so that one listener subscribed twice is called twice and each subscription ends by itself.
    const subscribed = (): void => listener();
    this.#listeners.add(subscribed);
    return { [Symbol.dispose]: () => void this.#listeners.delete(subscribed) };
  }

  [Symbol.dispose](): void {
    if (this.#isStopped()) return;
    this.#stop.abort(closed(this.#options.prefix));
    this.#hints[Symbol.dispose]();
    this.#timer?.[Symbol.dispose]();
    this.#listeners.clear();
  }

  #isStopped(): boolean {
    return this.#stop.signal.aborted;
  }

  readonly #watch = (listener: WatchListener, signal: AbortSignal): Promise<never> =>
    this.#options.watch(this.#options.prefix, listener, signal);

  readonly #onHint = (hint: Hint): void => {
    const failing = this.#state.failingSince !== undefined;
    if (hint === 'lost' && failing) return;
    this.#readSoon();
  };

  #readSoon(): void {
    // A failure is told by the state.
    this.#request().catch(() => undefined);
  }

  #request(): Promise<SessionSnapshot> {
    if (this.#isStopped()) return Promise.reject(closed(this.#options.prefix));
    this.#waiting ??= Promise.withResolvers<SessionSnapshot>();
    const { promise } = this.#waiting;
    if (!this.#reading) void this.#readWaiting();
    return promise;
  }

  /** Reads until nobody waits any more, then sets the timer. */
  async #readWaiting(): Promise<void> {
    this.#reading = true;
    this.#timer?.[Symbol.dispose]();
    for (let asked = this.#takeWaiting(); asked !== undefined; asked = this.#takeWaiting()) {
      try {
        asked.resolve(await this.#readOnce());
      } catch (error) {
        asked.reject(error);
      }
    }
    this.#reading = false;
    if (this.#isStopped()) return;
    this.#setTimer();
    if (this.#failures === 0) await this.#lookAtAlarms();
  }

  async #lookAtAlarms(): Promise<void> {
    const { clock, client, resyncMs } = this.#options;
    if (this.#alarmsAskedAtMs !== undefined && clock.nowMs() - this.#alarmsAskedAtMs < resyncMs / 2) return;
    this.#alarmsAskedAtMs = clock.nowMs();
    const alarms = await client.alarms(this.#stop.signal).catch(() => undefined);
    if (this.#isStopped() || alarms === undefined || this.#failures > 0) return;
    const { alarms: before = [] } = this.#state;
    this.#state = { ...this.#state, alarms };
    if (!isDeepStrictEqual(alarms, before)) this.#notify();
  }

  #takeWaiting(): PromiseWithResolvers<SessionSnapshot> | undefined {
    const taken = this.#waiting;
    this.#waiting = undefined;
    return taken;
  }

  async #readOnce(): Promise<SessionSnapshot> {
    const { clock, client, prefix } = this.#options;
    if (this.#isStopped()) throw closed(prefix);
    const readAtMs = clock.nowMs();
    const readTime = clock.wallTime();
    try {
      const { header, kvs } = await client.range(prefix, this.#stop.signal);
      if (this.#isStopped()) throw closed(prefix);
      this.#options.onRead?.('success', clock.nowMs() - readAtMs);
      const cut = kvs.map((kv) => ({ ...kv, key: kv.key.slice(prefix.length) }));
      const snapshot = { header, kvs: cut, readAtMs, readTime };
      this.#succeeded(snapshot);
      return snapshot;
    } catch (error) {
      if (this.#isStopped()) throw closed(prefix);
      this.#options.onRead?.('error', clock.nowMs() - readAtMs);
      this.#failed(error, readAtMs, readTime);
      throw error;
    }
  }

  #succeeded(snapshot: SessionSnapshot): void {
    const { snapshot: before, failingSince, alarms } = this.#state;
    this.#state = { snapshot, ...(alarms === undefined ? {} : { alarms }) };
    this.#failures = 0;
    const { log, prefix } = this.#options;
    if (failingSince !== undefined) log.info({ prefix, failingSince }, 'sessions can be read again');
    if (failingSince !== undefined || before === undefined || !sameKeys(before, snapshot)) this.#notify();
  }

  #failed(thrown: unknown, readAtMs: number, readTime: Date): void {
    const error = thrown instanceof Error ? thrown : new Error(String(thrown));
    const { snapshot, failingSince = readTime, failingSinceMs = readAtMs, error: before } = this.#state;
    this.#failures++;
    if (before !== undefined && codeOf(before) === codeOf(error)) return;
    this.#state = { ...(snapshot === undefined ? {} : { snapshot }), failingSince, failingSinceMs, error };
    const { log, prefix } = this.#options;
    log.warn({ prefix, code: codeOf(error), reason: error.message }, 'sessions cannot be read');
    this.#notify();
  }

  #setTimer(): void {
    const { clock, resyncMs, random } = this.#options;
    const dueMs = this.#failures > 0 ? delayMs(readBackoff, this.#failures - 1, random) : spread(resyncMs, random);
    this.#timer = clock.schedule(dueMs, () => this.#readSoon());
  }

  #notify(): void {
    for (const listener of [...this.#listeners]) {
      try {
        listener();
      } catch (error) {
        this.#options.log.error({ err: error, prefix: this.#options.prefix }, 'a listener of a session store threw');
      }
    }
  }
}

function codeOf(error: Error): string {
  return error instanceof EtcdError ? error.code : error.name;
}

function closed(prefix: string): EtcdError {
  return new EtcdError('Other', `The session store of "${prefix}" was given back and reads no more.`, {
    retryable: false,
  });
}
