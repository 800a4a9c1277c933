import type { RecoveryAction } from '../../../../api/etcd-recovery.ts';
import { hex, rank, type Ranking, type Wish } from './rank.ts';
import { intactAmong } from './intact.ts';
import { unseenAmong, type Source } from './source.ts';

/** Which source all members are restored from, or why none is taken. */
export type Choice =
  | { readonly state: 'Chosen'; readonly ranking: Extract<Ranking, { readonly chosen: Source }> }
  | { readonly state: 'Waiting' | 'Refused'; readonly why: string };

/** What a choice depends on beside the sources. */
export interface ChoiceInput {
  readonly action: RecoveryAction;
  readonly wish?: Wish;
  readonly voters: number;
  /** Nothing of the etcd runs, so that there is no survivor to look for. */
  readonly stopped: boolean;
  /** Below these paths are the keys of each Milvus that is stopped. */
  readonly rootPaths: readonly string[];
}

/** Chooses the source for a rebuild. Pure: same sources, same choice. */
export function chooseSource(sources: readonly Source[], input: ChoiceInput): Choice {
  const { action, wish, voters, stopped, rootPaths } = input;
  const intact = intactAmong(sources, voters);
  if (intact.enough && wish === undefined)
    return refused(
      `${intact.members.map(({ name }) => name).join(' and ')} have intact data, a majority of ${voters}: RestartQuorum starts them again and loses nothing`,
    );
  const unseen = wish === undefined ? unseenAmong(sources) : undefined;
  if (unseen !== undefined)
    return refused(
      `what is not known could be the newest data, so nothing is overwritten: ${unseen}. Cure that; or, if that volume is lost for good, make an EtcdRecovery whose source names what is to be restored without it`,
    );
  const ranking = rank(sources, wish);
  if (!('chosen' in ranking)) return refused(ranking.why);
  const { chosen } = ranking;
  if (action === 'RebuildFromSurvivor' && !stopped && chosen.kind !== 'Survivor' && !chosen.starting) {
    const survivor = sources.find(({ kind, starting }) => kind === 'Survivor' || starting);
    return survivor
      ? refused(
          `the data of ${chosen.name} reaches further (revision ${chosen.revision}, last log entry ${position(chosen)}) than that of ${survivor.name}, which runs (revision ${survivor.revision}, ${position(survivor)}): RestoreFromSnapshot takes the best of all`,
        )
      : { state: 'Waiting', why: 'no member answers now, and RebuildFromSurvivor takes one that runs' };
  }
  if (action === 'RestoreFromSnapshot' && wish === undefined && chosen.kind === 'Survivor')
    return refused(`${chosen.name} runs and has the best data: RebuildFromSurvivor takes it`);
  const foreign = chosen.sessionRoots.filter((root) => !rootPaths.map(trimmed).includes(trimmed(root)));
  if (foreign.length > 0)
    return refused(
      `there are sessions of a Milvus below ${foreign.join(', ')}, which nothing that would be stopped uses: add the path to spec.milvus.rootPaths of the EtcdGuard, and what runs that Milvus to spec.milvus.workloadSelector, or make it a CoordinatorPair; if it is one in another namespace, add that to spec.milvus.pairNamespaces`,
    );
  return { state: 'Chosen', ranking };
}

/** What of a source a person approves: it may hold more later, never less. */
export interface Approved {
  readonly name: string;
  readonly clusterId: string;
  readonly revision: bigint;
}

/** Why what is chosen now is not what was approved; undefined: it is, or the same with more in it. */
export function differs({ name, clusterId, revision = 0n }: Source, approved: Approved): string | undefined {
  if (name !== approved.name) return `${name} is the best source, no longer ${approved.name}`;
  if (hex(clusterId) !== approved.clusterId)
    return `${name} is of cluster ${hex(clusterId)}, not of ${approved.clusterId}`;
  if (revision < approved.revision) return `${name} has revision ${revision}, less than ${approved.revision}`;
  return undefined;
}

function position({ lastTerm, lastIndex }: Source): string {
  return lastIndex === undefined ? 'unknown' : `term ${lastTerm}, index ${lastIndex}`;
}

const trimmed = (path: string): string => path.replaceAll(/^\/+|\/+$/g, '');

const refused = (why: string): Choice => ({ state: 'Refused', why });
