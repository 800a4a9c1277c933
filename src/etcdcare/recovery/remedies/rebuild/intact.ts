import { majority } from '../../../diagnose/quorum.ts';
import type { Source } from './source.ts';

/** Members of one cluster that start on their data as it is, and whose data can be trusted. */
export interface Intact {
  readonly members: readonly Source[];
  readonly needed: number;
  /** They are a majority: everything that was ever acknowledged is in the data of at least one of them. */
  readonly enough: boolean;
}

/** A member that runs lags by messages under way, not by so many revisions. */
const FAR_BEHIND = 5_000n;

/**
 * Counts the members with intact data, those of the cluster that has the most. A directory that a member has begun anew
 * starts as well as any, with the ids it had before (they come from names and token), but has forgotten what the member
 * acknowledged: it counts for nothing.
 *
 * @param voters how many vote
 */
export function intactAmong(sources: readonly Source[], voters: number): Intact {
  const volumes = sources.filter(({ kind }) => kind !== 'Snapshot');
  const byCluster = Map.groupBy(
    volumes.filter(({ restartable, clusterId }) => restartable && clusterId !== undefined),
    ({ clusterId }) => clusterId,
  );
  const [most = []] = [...byCluster.values()].toSorted((a, b) => b.length - a.length);
  const needed = majority(voters);
  const forgetful = forgetfulAmong(most, volumes, voters - needed);
  const members = most.filter((source) => !forgetful.includes(source));
  return { members, needed, enough: members.length >= needed };
}

/** Those that were begun anew: without a single key where others hold some, or too many that are far behind one. */
function forgetfulAmong(members: readonly Source[], all: readonly Source[], mayLag: number): readonly Source[] {
  const blank = (source: Source): boolean => source.revision !== undefined && source.revision <= 1n;
  // A cluster that never held anything has nothing to forget.
  if (all.every(blank)) return [];
  const newest = members.map(({ revision = 0n }) => revision).reduce((a, b) => (a > b ? a : b), 0n);
  const behind = members.filter(({ revision = 0n }) => newest - revision > FAR_BEHIND);
  // What is committed is held by a majority: not so many can lack it.
  return behind.length > mayLag ? [...behind, ...members.filter(blank)] : members.filter(blank);
}
