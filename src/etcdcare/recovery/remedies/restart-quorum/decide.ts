import { intactAmong } from '../rebuild/intact.ts';
import { unseenAmong, type Source } from '../rebuild/source.ts';

/** What is known of an etcd that has lost its quorum. */
export interface QuorumInput {
  readonly sources: readonly Source[];
  /** How many members its initial cluster has. */
  readonly members: number;
  readonly replicas: number;
  /** The template has empty members join instead of making a cluster of their own. */
  readonly startsExisting: boolean;
  /** Pods whose container ended a while ago and that are not ready again. */
  readonly crashing: readonly string[];
}

/** How a quorum is brought back from intact data. */
export type QuorumDecision =
  | {
      readonly state: 'Restart';
      readonly intact: readonly string[];
      readonly others: readonly string[];
      /** Pods to delete where they are in back-off; empty when all are stopped and started anew. */
      readonly pods: readonly string[];
      readonly stopAll: boolean;
      /** Members whose volume holds nothing: they start empty and join. */
      readonly empty: readonly string[];
    }
  | { readonly state: 'Refused'; readonly why: string };

/**
 * Decides how to bring the quorum back. Enough intact members need only be started. All are stopped first where the
 * template has to change before one that lost its data may start: such a member would vote without its memory.
 */
export function decideRestart(input: QuorumInput): QuorumDecision {
  const { sources, members, replicas, startsExisting, crashing } = input;
  const volumes = sources.filter(({ kind }) => kind !== 'Snapshot');
  const { members: intactMembers, needed, enough } = intactAmong(volumes, members);
  const intact = intactMembers.map(({ name }) => name);
  const rest = volumes.filter(({ name }) => !intact.includes(name));
  if (!enough) {
    const unseen = unseenAmong(rest);
    if (unseen !== undefined)
      return {
        state: 'Refused',
        why: `${intact.length} of ${members} members are known to have intact data, ${needed} are needed, and not all could be looked at (${unseen}): cure that, and it is looked at again`,
      };
    const whys = rest.map(({ name, why }) => `${name}: ${why || 'it is of another cluster, or was begun anew'}`);
    return {
      state: 'Refused',
      why: `${intact.length} of ${members} members have intact data, ${needed} are needed (${whys.join('; ')}): RebuildFromSurvivor or RestoreFromSnapshot restore all from one`,
    };
  }
  const others = rest.map(({ name }) => name);
  const stopAll = replicas < members || (others.length > 0 && !startsExisting);
  const pods = stopAll ? [] : crashing.filter((pod) => intact.includes(pod));
  if (!stopAll && pods.length === 0)
    return {
      state: 'Refused',
      why: `${intact.join(' and ')} have intact data and nothing keeps them from starting: what they lack is not in their data. Read what the guard says of their pods, and look at the network between them`,
    };
  return {
    state: 'Restart',
    intact,
    others,
    pods,
    stopAll,
    empty: rest.filter(({ empty }) => empty).map(({ name }) => name),
  };
}
