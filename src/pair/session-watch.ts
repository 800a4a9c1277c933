import { isDeepStrictEqual } from 'node:util';
import type { ConditionReason } from '../api/reasons.ts';
import { alarmsIn } from '../etcd/alarms.ts';
import { EtcdError, type EtcdErrorCode } from '../etcd/errors.ts';
import type {
  EndpointStatus,
  EtcdTarget,
  SessionSnapshot,
  SessionStore,
  SessionStores,
  SessionStoreState,
} from '../etcd/types.ts';
import type { Clock } from '../base/clock.ts';
import type { Role } from '../milvus/roles.ts';
import { otherRoles, roleSessions, type RoleSessions } from './decide/role-sessions.ts';
import type { EndpointFinding, EtcdFacts, Outage } from './facts.ts';

/** Reads that fail for so long make what was last read too old to speak of. */
export const BLIND_AFTER_MS = 10_000;
/** How often the endpoints are asked one by one while etcd cannot be read. */
const ENDPOINT_CHECK_MS = 30_000;

/** Failures that waiting does not cure: there is no reason to keep quiet about them for ten seconds. */
const reasons: Readonly<Partial<Record<EtcdErrorCode, ConditionReason<'EtcdReachable'>>>> = {
  Unauthenticated: 'AuthenticationFailed',
  PermissionDenied: 'PermissionDenied',
  TLS: 'TLSFailed',
  NotAllowed: 'EndpointNotAllowed',
};

/**
 * What is found at an address elsewhere: refused, silent or something else that listens is one and the same to those who read
 * a status, or the operator would try ports for them. The operator's log has the words.
 */
const indistinct: ReadonlySet<EtcdErrorCode> = new Set(['Unavailable', 'DeadlineExceeded', 'Other']);

/**
 * A pair's eyes on etcd: the session store of its target, the granted TTL of the holder's lease (asked for once a
 * lease) and, while blind, what the endpoints say one by one.
 */
export class SessionWatch implements Disposable {
  readonly target: EtcdTarget;
  readonly prefix: string;
  readonly #store: SessionStore & Disposable;
  readonly #subscription: Disposable;
  readonly #clock: Clock;
  #grantedTTL: { readonly lease: bigint; readonly seconds: number } | undefined;
  /** What {@link facts} last told of. */
  #told: { readonly snapshot: SessionSnapshot; readonly roles: readonly Role[] } | undefined;
  #steadySince: Date | undefined;
  /** Since when etcd has been given up on; absent while it is not. */
  #blindSince: Date | undefined;
  #outage: Outage | undefined;
  #endpoints: { readonly atMs: number; readonly findings: readonly EndpointFinding[] } | undefined;

  constructor(stores: SessionStores, target: EtcdTarget, prefix: string, clock: Clock, onChange: () => void) {
    this.target = target;
    this.prefix = prefix;
    this.#clock = clock;
    this.#store = stores.acquire(target, prefix);
    this.#subscription = this.#store.subscribe(onChange);
  }

  /** Whether this watch looks at the same sessions with the same credentials. */
  serves(target: EtcdTarget, prefix: string): boolean {
    return this.prefix === prefix && isDeepStrictEqual(this.target, target);
  }

  get store(): SessionStore {
    return this.#store;
  }

  /** What is known of these roles now, the first above all. Asks etcd only for what is not known yet. Never throws. */
  async facts([role, ...others]: readonly [Role, ...Role[]], signal: AbortSignal): Promise<EtcdFacts> {
    const { snapshot, failingSince, failingSinceMs, error, alarms = [] } = await this.#state(signal);
    const failingMs = failingSinceMs === undefined ? 0 : this.#clock.nowMs() - failingSinceMs;
    const final = error instanceof EtcdError && reasons[error.code] !== undefined;
    if (failingSince && (failingMs >= BLIND_AFTER_MS || (final && !snapshot)))
      return this.#blind(failingSince, error, snapshot?.readTime, signal);
    if (failingSince) this.#steadySince = undefined;
    if (!snapshot) return { state: 'Pending' };
    this.#endpoints = undefined;
    if (!failingSince) this.#steadySince ??= snapshot.readTime;
    if (!failingSince && this.#blindSince) {
      this.#outage = { since: this.#blindSince, end: snapshot.readTime };
      this.#blindSince = undefined;
    }
    this.#told = { snapshot, roles: [role, ...others] };
    const sessions = roleSessions(snapshot, role);
    const grantedTTLSeconds = await this.#grantedTTLOf(sessions, signal);
    const steadySince = this.#steadySince ?? this.#clock.wallTime();
    return {
      state: 'Known',
      sessions,
      steadySince,
      ...(grantedTTLSeconds === undefined ? {} : { grantedTTLSeconds }),
      ...(this.#outage ? { outage: this.#outage } : {}),
      ...(alarms.length > 0 ? { alarms } : {}),
      ...(others.length > 0 ? { otherRoles: otherRoles(snapshot, others) } : {}),
    };
  }

  /** Whether the roles' sessions were read since {@link facts} told of them, and are others now. */
  get isOutdated(): boolean {
    const { snapshot } = this.#store.state;
    if (!this.#told || !snapshot || snapshot === this.#told.snapshot) return false;
    const { roles } = this.#told;
    return !isDeepStrictEqual(otherRoles(snapshot, roles), otherRoles(this.#told.snapshot, roles));
  }

  /** When {@link facts} may turn without any change being announced, milliseconds from now. */
  nextLookMs(): number | undefined {
    const { failingSinceMs } = this.#store.state;
    if (failingSinceMs === undefined) return undefined;
    const failingMs = this.#clock.nowMs() - failingSinceMs;
    return failingMs < BLIND_AFTER_MS ? BLIND_AFTER_MS - failingMs : ENDPOINT_CHECK_MS;
  }

  [Symbol.dispose](): void {
    this.#subscription[Symbol.dispose]();
    this.#store[Symbol.dispose]();
  }

  /** The store's state, after its first read if none was made yet. */
  async #state(signal: AbortSignal): Promise<SessionStoreState> {
    const { snapshot, failingSince } = this.#store.state;
    if (!snapshot && !failingSince) await this.#store.read(signal).catch(() => undefined);
    return this.#store.state;
  }

  async #grantedTTLOf({ holder }: RoleSessions, signal: AbortSignal): Promise<number | undefined> {
    if (!holder || holder.lease === 0n) return undefined;
    if (this.#grantedTTL?.lease === holder.lease) return this.#grantedTTL.seconds;
    try {
      const { grantedTTLSeconds, ttlSeconds } = await this.#store.client.leaseTimeToLive(holder.lease, signal);
      if (ttlSeconds < 0) return undefined;
      this.#grantedTTL = { lease: holder.lease, seconds: grantedTTLSeconds };
      return grantedTTLSeconds;
    } catch {
      return undefined;
    }
  }

  async #blind(
    since: Date,
    error: Error | undefined,
    lastReadTime: Date | undefined,
    signal: AbortSignal,
  ): Promise<EtcdFacts> {
    this.#steadySince = undefined;
    // A wrong password keeps the operator out, not Milvus.
    if (!(error instanceof EtcdError && reasons[error.code])) this.#blindSince ??= since;
    return {
      state: 'Unknown',
      reason: (error instanceof EtcdError ? reasons[error.code] : undefined) ?? 'Unreachable',
      message: this.#loginMissing(error) ?? this.#inWords(error),
      since,
      ...(lastReadTime ? { lastReadTime } : {}),
      endpoints: await this.#askEndpoints(signal),
    };
  }

  #loginMissing(error: Error | undefined): string | undefined {
    if (this.target.auth || !(error instanceof EtcdError) || error.code !== 'Unauthenticated') return undefined;
    return `etcd ${this.target.endpoints.join(', ')} wants a login, and spec.etcd.auth is not set: make a Secret with the keys username and password, and name it in spec.etcd.auth.secretName`;
  }

  #inWords(error: Error | undefined): string {
    const { isElsewhere, endpoints } = this.target;
    if (!error) return 'etcd cannot be read';
    const isTold = !isElsewhere || (error instanceof EtcdError && !indistinct.has(error.code));
    return isTold
      ? error.message
      : `no etcd answers at ${endpoints.join(', ')}. Check that it runs, that the endpoints are right, whether they want TLS, and that the network lets the operator through, whose log has the details.`;
  }

  async #askEndpoints(signal: AbortSignal): Promise<readonly EndpointFinding[]> {
    const nowMs = this.#clock.nowMs();
    if (this.#endpoints && nowMs - this.#endpoints.atMs < ENDPOINT_CHECK_MS) return this.#endpoints.findings;
    const statuses = await this.#store.client.endpointStatuses(signal);
    this.#endpoints = { atMs: nowMs, findings: statuses.map(findingOf) };
    return this.#endpoints.findings;
  }
}

function findingOf(status: EndpointStatus | { readonly endpoint: string; readonly error: Error }): EndpointFinding {
  const { endpoint } = status;
  if ('error' in status) return { endpoint, finding: 'NoAnswer', detail: 'does not answer' };
  const found = alarmsIn(status.errors);
  const alarms = found.length > 0 ? { alarms: found } : {};
  if (status.leader === 0n) return { endpoint, finding: 'NoLeader', detail: 'answers and sees no leader', ...alarms };
  return { endpoint, finding: 'Leader', detail: 'answers and sees a leader', ...alarms };
}
