import type { Clock } from '../../base/clock.ts';
import type { KubeClient } from '../../kube/client.ts';
import { isAlreadyExists, isConflict } from '../../kube/errors.ts';
import { leaseKind } from '../../kube/kinds.ts';
import { claimed, firstClaim, holderOf, released, sameRecord, type Lease } from '../../kube/lease-record.ts';
import type { Stored } from '../../kube/objects.ts';
import { journalName } from './journal.ts';

/** How long a lock is good for after it was last renewed, seconds. */
const DURATION_SECONDS = 60;
/** However long a lock says it is good for: whoever may write Leases must not be able to hold it for ever, seconds. */
const MAX_DURATION_SECONDS = 600;

/**
 * The lock of one etcd: of several operators that look after the same namespace only one repairs. Its holder is an
 * installation, not a process: replicas take turns by the leader election, and the next leader goes on at once.
 */
export class RecoveryLocks {
  readonly #client: Pick<KubeClient, 'get' | 'create' | 'update'>;
  readonly #identity: string;
  readonly #clock: Clock;
  /** Locks of others as last seen, and since when (monotonic ms) they look like that: clocks are never compared. */
  readonly #seen = new Map<string, { readonly lease: Stored<Lease>; readonly sinceMs: number }>();

  constructor(client: Pick<KubeClient, 'get' | 'create' | 'update'>, identity: string, clock: Clock) {
    this.#client = client;
    this.#identity = identity;
    this.#clock = clock;
  }

  /**
   * Takes or renews the lock of an etcd.
   *
   * @returns who has it, if it is somebody else.
   * @throws ApiError
   */
  async take(namespace: string, statefulSetName: string, signal: AbortSignal): Promise<string | undefined> {
    const name = journalName(statefulSetName);
    const lease = await this.#client.get<Lease>(leaseKind, name, namespace, { signal });
    if (lease && !this.#mayTake(`${namespace}/${name}`, lease)) return holderOf(lease);
    const now = this.#clock.wallTime();
    try {
      if (lease)
        await this.#client.update(leaseKind, claimed(lease, this.#identity, DURATION_SECONDS, now), { signal });
      else
        await this.#client.create(leaseKind, firstClaim(namespace, name, this.#identity, DURATION_SECONDS, now), {
          signal,
        });
      return undefined;
    } catch (error) {
      if (isConflict(error) || isAlreadyExists(error)) return 'another operator';
      throw error;
    }
  }

  /** Gives it back, if it is ours. @throws ApiError */
  async release(namespace: string, statefulSetName: string, signal: AbortSignal): Promise<void> {
    const lease = await this.#client.get<Lease>(leaseKind, journalName(statefulSetName), namespace, { signal });
    if (!lease || holderOf(lease) !== this.#identity) return;
    await this.#client.update(leaseKind, released(lease, this.#clock.wallTime()), { signal });
  }

  #mayTake(key: string, lease: Stored<Lease>): boolean {
    const holder = holderOf(lease);
    if (holder === undefined || holder === this.#identity) return true;
    const known = this.#seen.get(key);
    const sinceMs = known && sameRecord(known.lease, lease) ? known.sinceMs : this.#clock.nowMs();
    this.#seen.set(key, { lease, sinceMs });
    const seconds = Math.min(lease.spec?.leaseDurationSeconds ?? DURATION_SECONDS, MAX_DURATION_SECONDS);
    return this.#clock.nowMs() - sinceMs >= seconds * 1000;
  }
}
