import type { KubeClient } from './client.ts';
import { sleep, systemClock, withDeadline, type Clock } from '../base/clock.ts';
import { isAlreadyExists, isConflict, isNotFound, timedOut } from './errors.ts';
import { leaseKind } from './kinds.ts';
import { claimed, firstClaim, holderOf, released, sameRecord, type Lease } from './lease-record.ts';
import type { Log } from '../base/log.ts';
import type { Stored } from './objects.ts';

/** Which Lease, as whom, and what to do with it. */
export interface LeaseElectionOptions {
  readonly client: KubeClient;
  readonly namespace: string;
  readonly name: string;
  /** Unique to this process, not only to its pod: a restarted one must not take its predecessor's Lease for its own. */
  readonly identity: string;
  /** Others wait so long after the last sign of a holder; default 15 s. */
  readonly leaseDurationMs?: number;
  /** A holder that could not renew for so long stops being one; shorter than the above; default 10 s. */
  readonly renewDeadlineMs?: number;
  /** Between two looks; default 2 s, a follower up to 2.2 times that. */
  readonly retryPeriodMs?: number;
  /** Throws are logged. */
  readonly onStartedLeading?: () => void;
  readonly onStoppedLeading?: () => void;
  readonly log: Log;
  readonly clock?: Clock;
  /** In [0, 1), for jitter. */
  readonly random?: () => number;
}

/** For one try to get or keep the Lease, milliseconds: two must fit into the renew deadline. */
const tryDeadlineMs = 4_000;

/**
 * Chooses one leader among processes by a Lease, after client-go's leaderelection. Invariants:
 * 1. Nobody's wall clock is compared with anybody's: a candidate takes over when it has seen the record unchanged for
 *    the duration written in it, by its own monotonic clock.
 * 2. `isLeader` is true only within renewDeadline after the moment the last successful write was *sent*. Others count
 *    leaseDuration from a later moment, so they are still waiting then; a process that was frozen finds out by asking.
 * 3. Every write carries the resourceVersion it was computed from: of two takers one fails.
 */
export class LeaseElection implements AsyncDisposable {
  readonly #options: LeaseElectionOptions;
  readonly #clock: Clock;
  readonly #durationMs: number;
  readonly #renewDeadlineMs: number;
  readonly #retryPeriodMs: number;
  readonly #stop = new AbortController();
  #running: Promise<void> | undefined;
  /** The Lease as last seen, and since when it looks like that. */
  #seen: { readonly lease: Stored<Lease>; readonly sinceMs: number } | undefined;
  #leadingUntilMs = -Infinity;
  #expiry: Disposable | undefined;
  #announced = false;
  #lastTriedMs = -Infinity;

  /** @throws TypeError when the times do not fit each other. */
  constructor(options: LeaseElectionOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#durationMs = options.leaseDurationMs ?? 15_000;
    this.#renewDeadlineMs = options.renewDeadlineMs ?? 10_000;
    this.#retryPeriodMs = options.retryPeriodMs ?? 2_000;
    if (!(this.#durationMs > this.#renewDeadlineMs && this.#renewDeadlineMs > this.#retryPeriodMs))
      throw new TypeError('lease election: leaseDuration > renewDeadline > retryPeriod must hold');
    if (this.#durationMs % 1000 !== 0) throw new TypeError('lease election: leaseDuration must be whole seconds');
  }

  /**
   * Begins to stand for election, until disposed.
   *
   * @throws Error when started before.
   */
  start(): void {
    if (this.#running !== undefined) throw new Error('the lease election was started before');
    this.#running = this.#run();
  }

  /** Surely the leader, at this very moment. Ask right before each act that must not be done by two. */
  get isLeader(): boolean {
    return this.#clock.nowMs() < this.#leadingUntilMs;
  }

  /** Who leads, as last seen; undefined when nobody does or nothing was seen yet. */
  get holder(): string | undefined {
    return this.#seen === undefined ? undefined : holderOf(this.#seen.lease);
  }

  /** The loop has tried within two lease durations: for readiness probes. */
  get isAlive(): boolean {
    return this.#clock.nowMs() - this.#lastTriedMs < 2 * this.#durationMs;
  }

  /** Stops leading, then gives the Lease back so that another can take it at once. Work must have stopped before. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort(new Error('the lease election is stopped'));
    await this.#running;
    this.#resign();
    if (this.holder === this.#options.identity) await this.#release();
  }

  async #run(): Promise<void> {
    const { log, random = Math.random } = this.#options;
    const { signal } = this.#stop;
    const stopped = (): boolean => signal.aborted;
    while (!stopped()) {
      this.#lastTriedMs = this.#clock.nowMs();
      try {
        await this.#inTime(signal, (inTime) => this.#tryOnce(inTime));
      } catch (error) {
        if (stopped()) return;
        if (isConflict(error) || isAlreadyExists(error)) log.debug({ err: error }, 'another one wrote the lease first');
        else log.warn({ err: error, leader: this.isLeader }, 'looking after the lease failed');
      }
      // Followers spread out so that they do not all rush for a free lease; a leader keeps its pace.
      const waitMs = this.isLeader ? this.#retryPeriodMs : this.#retryPeriodMs * (1 + 1.2 * random());
      await sleep(this.#clock, waitMs, signal).catch(() => undefined);
    }
  }

  /** One look, and where it is ours or free, one write. @throws ApiError */
  async #tryOnce(signal: AbortSignal): Promise<void> {
    const { client, namespace, name, identity } = this.#options;
    const lease =
      this.isLeader && this.#seen !== undefined
        ? this.#seen.lease
        : await client.get<Lease>(leaseKind, name, namespace, { signal });
    const durationSeconds = this.#durationMs / 1000;
    if (lease !== undefined) {
      this.#observe(lease);
      if (!this.#mayTake(lease)) return;
    }
    const sentMs = this.#clock.nowMs();
    const now = this.#clock.wallTime();
    try {
      const written = await (lease === undefined
        ? client.create<Lease>(leaseKind, firstClaim(namespace, name, identity, durationSeconds, now), { signal })
        : client.update<Lease>(leaseKind, claimed(lease, identity, durationSeconds, now), { signal }));
      this.#observe(written);
      this.#lead(sentMs);
    } catch (error) {
      // What we believed to be the newest version is not: look, and if another has taken it, stop at once.
      if (isConflict(error) || isNotFound(error)) await this.#lookAgain(signal);
      throw error;
    }
  }

  #mayTake(lease: Stored<Lease>): boolean {
    const holder = holderOf(lease);
    if (holder === undefined || holder === this.#options.identity) return true;
    const promisedMs = (lease.spec?.leaseDurationSeconds ?? this.#durationMs / 1000) * 1000;
    return this.#seen !== undefined && this.#clock.nowMs() - this.#seen.sinceMs >= promisedMs;
  }

  async #lookAgain(signal: AbortSignal): Promise<void> {
    const { client, namespace, name, identity } = this.#options;
    const lease = await client.get<Lease>(leaseKind, name, namespace, { signal });
    if (lease !== undefined) this.#observe(lease);
    if (lease === undefined || holderOf(lease) !== identity) this.#resign();
  }

  /** Only a changed record restarts the clock; a touched label does not. */
  #observe(lease: Stored<Lease>): void {
    const unchanged = this.#seen !== undefined && sameRecord(this.#seen.lease, lease);
    this.#seen = { lease, sinceMs: unchanged ? (this.#seen?.sinceMs ?? 0) : this.#clock.nowMs() };
  }

  #lead(sentMs: number): void {
    this.#leadingUntilMs = sentMs + this.#renewDeadlineMs;
    this.#expiry?.[Symbol.dispose]();
    this.#expiry = this.#clock.schedule(this.#leadingUntilMs - this.#clock.nowMs(), () => this.#resign());
    if (this.#announced || !this.isLeader) return;
    this.#announced = true;
    this.#options.log.info({ identity: this.#options.identity }, 'started leading');
    this.#tell(this.#options.onStartedLeading);
  }

  #resign(): void {
    this.#leadingUntilMs = -Infinity;
    this.#expiry?.[Symbol.dispose]();
    this.#expiry = undefined;
    if (!this.#announced) return;
    this.#announced = false;
    this.#options.log.info({ identity: this.#options.identity }, 'stopped leading');
    this.#tell(this.#options.onStoppedLeading);
  }

  #tell(callback: (() => void) | undefined): void {
    try {
      callback?.();
    } catch (error) {
      this.#options.log.error({ err: error }, 'a callback of the lease election failed');
    }
  }

  /** Best effort: what cannot be given back runs out. Read anew, for the last renewal may have been cut off. */
  async #release(): Promise<void> {
    const { client, namespace, name, identity, log } = this.#options;
    try {
      await this.#inTime(undefined, async (signal) => {
        const lease = await client.get<Lease>(leaseKind, name, namespace, { signal });
        if (lease === undefined || holderOf(lease) !== identity) return;
        await client.update<Lease>(leaseKind, released(lease, this.#clock.wallTime()), { signal });
      });
    } catch (error) {
      log.warn({ err: error }, 'the lease could not be given back; it will run out');
    }
  }

  #inTime(signal: AbortSignal | undefined, work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const late = (): Error => timedOut(`lease ${this.#options.namespace}/${this.#options.name}`, tryDeadlineMs);
    return withDeadline(this.#clock, tryDeadlineMs, late, signal, work);
  }
}
