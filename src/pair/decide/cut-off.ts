import type { PairFacts } from '../facts.ts';
import type { PodView } from '../pod-view.ts';
import { leaseSeconds } from './lease-time.ts';

/** A process of which nothing is known, for the node that should tell is not ready. */
export interface CutOff {
  /** The node, and since when it is not ready. */
  readonly how: string;
  /**
   * When the lease of a process that was cut off with its node has ended at the latest: it was renewed for the last time
   * before the node was found not ready.
   */
  readonly leaseEndsBy: Date;
}

/** A process that is cut off works on after its lease has ended: 16 to 31 s were measured with releases from 2.3 to 2.6.13. */
export const WORKS_ON_FOR = 'up to about 30 s';

/** @returns undefined where the node is ready, or not known. */
export function cutOff(
  { name, nodeName = '' }: PodView,
  { nodes, etcd }: Pick<PairFacts, 'nodes' | 'etcd'>,
): CutOff | undefined {
  const since = nodes.get(nodeName)?.notReadySince;
  if (!since) return undefined;
  return {
    how: `the node of ${name}, ${nodeName}, is not ready since ${since.toISOString()}`,
    leaseEndsBy: new Date(since.getTime() + leaseSeconds(etcd) * 1000),
  };
}
