import type { EtcdTarget, SessionStores } from '../etcd/types.ts';
import type { Clock } from '../base/clock.ts';
import type { BindingProgress } from './decide/binding.ts';
import { SessionWatch } from './session-watch.ts';

/** What the operator holds of one pair between two looks. Nothing in it is truth: all can be found out again. */
export class PairMemory implements Disposable {
  readonly #stores: SessionStores;
  readonly #clock: Clock;
  readonly #onChange: () => void;
  #watch: SessionWatch | undefined;
  #blindSince: Date | undefined;
  /** Pods that were told to end; the cache may show them a moment longer as if they had not been. */
  readonly endedPods = new Set<string>();
  /** Leases that were revoked; the last read may show their keys a moment longer. */
  readonly revokedLeases = new Set<bigint>();
  /** Lease readings of registrations that are not bound to a container yet, by server ID. */
  readonly bindingProgress = new Map<bigint, BindingProgress>();

  constructor(stores: SessionStores, clock: Clock, onChange: () => void) {
    this.#stores = stores;
    this.#clock = clock;
    this.#onChange = onChange;
  }

  /** The watch on `target`; one that looked elsewhere or with other credentials is closed. */
  watch(target: EtcdTarget, prefix: string): SessionWatch {
    if (this.#watch?.serves(target, prefix)) return this.#watch;
    this.#watch?.[Symbol.dispose]();
    this.#watch = new SessionWatch(this.#stores, target, prefix, this.#clock, this.#onChange);
    return this.#watch;
  }

  /** The watch in use, if any. */
  get current(): SessionWatch | undefined {
    return this.#watch;
  }

  /** Keeps of what was ended only what still shows. */
  forgetEnded(podUIDs: readonly string[], leases: readonly bigint[]): void {
    for (const uid of this.endedPods) if (!podUIDs.includes(uid)) this.endedPods.delete(uid);
    for (const lease of this.revokedLeases) if (!leases.includes(lease)) this.revokedLeases.delete(lease);
  }

  /** Since when the etcd's Secrets are missing. */
  blindSince(now: Date): Date {
    this.#blindSince ??= now;
    return this.#blindSince;
  }

  /** The etcd's Secrets are there. */
  secretsFound(): void {
    this.#blindSince = undefined;
  }

  [Symbol.dispose](): void {
    this.#watch?.[Symbol.dispose]();
    this.#watch = undefined;
  }
}
