import type { EtcdTarget, SessionStores } from '../etcd/types.ts';
import type { Clock } from '../base/clock.ts';
import type { BindingProgress, RenewalReading } from './decide/binding.ts';
import { ContainerWords } from './container-words.ts';
import type { Probes, ProbeSource } from '../probe/types.ts';
import type { EndPod, ForcedEnd } from './decide/disruption.ts';
import type { FollowedPods } from './caches.ts';
import type { Unregistered } from './unregistered.ts';
import { SessionWatch } from './session-watch.ts';

/** The watch on the pods of a workload, and which pods it had when last looked at. */
interface Following {
  readonly pairUID: string;
  readonly labelSelector: string;
  readonly pods: FollowedPods;
  podUIDs: string | undefined;
}

/** More than a pair can lose between two looks. */
const MAX_ENDED_SESSIONS = 16;

/** What the operator holds of one pair between two looks. Nothing in it is truth: all can be found out again. */
export class PairMemory implements Disposable {
  readonly #stores: SessionStores;
  readonly #clock: Clock;
  readonly #onChange: () => void;
  #watch: SessionWatch | undefined;
  #blindSince: Date | undefined;
  #followed: Following | undefined;
  /** Pods that were told to end, and whether by force; the cache may show them a moment longer as if they had not been. */
  readonly #endedPods = new Map<string, ForcedEnd | undefined>();
  /** Leases that were revoked; the last read may show their keys a moment longer. */
  readonly revokedLeases = new Set<bigint>();
  /** Sessions that were ended, the last one last: they tell afterwards how a role became free. */
  readonly endedSessions: { readonly of: string; readonly time: Date }[] = [];
  /** The polling of the pair's processes. */
  readonly probes: Probes;
  /** Lease readings of registrations that are not bound to a container yet, by lease. */
  readonly bindingProgress = new Map<bigint, BindingProgress>();
  /** `steadySince` of etcd as the last look that was reported knew it: another one now means a gap between the two. */
  steadySince: Date | undefined;
  /** Since when nobody has held the role; absent while somebody does, or nothing was read. */
  freeSince: Date | undefined;
  /** Pods without a registration, by uid. */
  readonly unregistered = new Map<string, Unregistered>();
  /** Since when a pod is missing, and what was found about that, by the monotonic clock. */
  podMissing: { readonly sinceMs: number; readonly askedMs?: number; readonly why?: string } | undefined;
  /** What the pair's coordinators said as they ended. */
  readonly words: ContainerWords;
  /** Last readings of leases whose registration no pod accounts for. */
  readonly strangerReadings = new Map<bigint, RenewalReading>();
  /** Such leases that were seen to be renewed. */
  readonly renewedLeases = new Set<bigint>();

  constructor(stores: SessionStores, prober: ProbeSource, clock: Clock, onChange: () => void) {
    this.probes = prober.open(onChange);
    this.#stores = stores;
    this.#clock = clock;
    this.#onChange = onChange;
    this.words = new ContainerWords(clock, onChange);
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

  /** Follows the pods that a workload's selector matches, for one pair; a watch by another selector is closed. */
  follow(pairUID: string, labelSelector: string, open: () => FollowedPods): FollowedPods {
    if (this.#followed?.labelSelector === labelSelector) return this.#followed.pods;
    this.unfollow();
    const pods = open();
    this.#followed = { pairUID, labelSelector, pods, podUIDs: undefined };
    return pods;
  }

  /** UID of the pair for which pods of a workload are followed. */
  get followedFor(): string | undefined {
    return this.#followed?.pairUID;
  }

  /** Takes down which pods a workload has. @returns whether they are others than they were when last taken down. */
  sawPods(podUIDs: string): boolean {
    const followed = this.#followed;
    if (!followed) return false;
    const changed = followed.podUIDs !== undefined && followed.podUIDs !== podUIDs;
    followed.podUIDs = podUIDs;
    return changed;
  }

  /** Ends the watch on the pods of a workload. */
  unfollow(): void {
    this.#followed?.pods[Symbol.dispose]();
    this.#followed = undefined;
  }

  /** A pod was told to end. */
  ended({ podUID, force }: EndPod): void {
    this.#endedPods.set(podUID, force);
  }

  /** Whether the pod was told just this already: what was told to end in order may still be told to by force. */
  wasEnded({ podUID, force }: EndPod): boolean {
    return this.#endedPods.has(podUID) && (!force || this.#endedPods.get(podUID) !== undefined);
  }

  /** The session of a pod, or of an address, was ended. */
  revoked(lease: bigint, of: string): void {
    this.revokedLeases.add(lease);
    this.endedSessions.push({ of, time: this.#clock.wallTime() });
    if (this.endedSessions.length > MAX_ENDED_SESSIONS) this.endedSessions.shift();
  }

  /** Keeps of what was ended only what still shows. */
  forgetEnded(podUIDs: readonly string[], leases: readonly bigint[]): void {
    for (const uid of this.#endedPods.keys()) if (!podUIDs.includes(uid)) this.#endedPods.delete(uid);
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
    this.probes[Symbol.dispose]();
    this.unfollow();
    this.words[Symbol.dispose]();
    this.#watch?.[Symbol.dispose]();
    this.#watch = undefined;
  }
}
