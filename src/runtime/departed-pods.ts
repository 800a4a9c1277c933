import type { Pod } from '../kube/core-types.ts';

/** More than a pair can lose between two reconciles. */
const MAX_PER_PAIR = 4;

/**
 * Pods that are gone, as their last event showed them, where a container had ended by then: what proves the end of a process
 * must not go with its pod. A querycoord 2.3.5 ends 20 ms after SIGTERM and keeps its lease; its pod may be gone, and the next
 * one there, before a busy operator reconciles.
 */
export class DepartedPods {
  readonly #pods = new Map<string, readonly Pod[]>();

  /** Keeps a pod of a pair, if it says how a container ended. */
  add(pairKey: string, pod: Pod): void {
    const hasEnded = pod.status?.containerStatuses?.some(
      ({ state, lastState }) => state?.terminated !== undefined || lastState?.terminated !== undefined,
    );
    if (!hasEnded) return;
    const others = this.of(pairKey).filter(({ metadata }) => metadata.uid !== pod.metadata.uid);
    this.#pods.set(pairKey, [...others, pod].slice(-MAX_PER_PAIR));
  }

  /** The last few of a pair, the one that left last at the end. */
  of(pairKey: string): readonly Pod[] {
    return this.#pods.get(pairKey) ?? [];
  }

  /** For a pair that is gone itself. */
  forget(pairKey: string): void {
    this.#pods.delete(pairKey);
  }
}
