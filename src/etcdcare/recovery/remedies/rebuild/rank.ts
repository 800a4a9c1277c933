import type { RecoverySource } from '../../../../api/etcd-recovery.ts';
import type { Source } from './source.ts';

/** Which source a person asked for. */
export interface Wish {
  readonly podName?: string;
  readonly snapshotName?: string;
}

/** What ranking came to. */
export type Ranking =
  | { readonly chosen: Source; readonly ordered: readonly Source[]; readonly ahead: readonly Source[] }
  | { readonly why: string; readonly ordered: readonly Source[] };

/**
 * Puts sources in order and chooses the best, or the one that a person names. Within one cluster there is one history,
 * and what is committed is a beginning of it: the source of the highest revision holds what every other one holds. Among
 * equal ones raft's own measure decides, the term and index of the last log entry. Between clusters nothing decides.
 */
export function rank(sources: readonly Source[], wish?: Wish): Ranking {
  const ordered = sources.toSorted(better);
  const usable = ordered.filter((source) => source.usable);
  const wanted = wish?.podName ?? wish?.snapshotName;
  if (wanted !== undefined) {
    const found = ordered.find(({ name }) => name === wanted);
    if (found?.usable) return { chosen: found, ordered, ahead: aheadOf(found, ordered) };
    return { why: `source: ${wanted} cannot be used: ${found?.why ?? 'there is no such pod or snapshot'}`, ordered };
  }
  const clusters = new Map(
    usable.flatMap(({ clusterId, name }) => (clusterId === undefined ? [] : [[clusterId, name]])),
  );
  if (clusters.size > 1) {
    const names = usable.map(({ name, clusterId, revision, keys }) =>
      [name, `cluster ${hex(clusterId)}`, `revision ${revision}`, `${keys} keys`].join(', '),
    );
    return {
      why: `the sources belong to different clusters, so none is newer than another (${names.join('; ')}): make an EtcdRecovery whose source names the one that holds the data`,
      ordered,
    };
  }
  const [chosen] = usable;
  if (!chosen) {
    const whys = ordered.map(({ name, why }) => `${name}: ${why || 'holds nothing'}`);
    return { why: `no volume and no stored snapshot can be read (${whys.join('; ')})`, ordered };
  }
  const unknown = usable.find((source) => ofUnknownCluster(source) && compare(source.revision, chosen.revision) > 0);
  if (unknown && !ofUnknownCluster(chosen))
    return {
      why: `no log tells which cluster the database of ${unknown.name} belongs to (revision ${unknown.revision}, ${unknown.keys} keys), so it cannot be told whether it is newer than ${chosen.name} (revision ${chosen.revision}, ${chosen.keys} keys): make an EtcdRecovery whose source names the one that holds the data`,
      ordered,
    };
  return { chosen, ordered, ahead: aheadOf(chosen, ordered) };
}

const ofUnknownCluster = ({ kind, clusterId }: Source): boolean => kind !== 'Snapshot' && clusterId === undefined;

/** Sources of the same history, as far as it can be told, whose log reaches further than that of the chosen one. */
export function aheadOf(chosen: Source, sources: readonly Source[]): readonly Source[] {
  return sources.filter(
    (source) =>
      source !== chosen &&
      source.lastIndex !== undefined &&
      source.clusterId === chosen.clusterId &&
      compareLogs(source, chosen) > 0,
  );
}

/** The better one first. */
function better(a: Source, b: Source): number {
  return (
    Number(b.usable) - Number(a.usable) ||
    // Snapshots that were stored are older than what is on volumes; a database of which no log tells whose it is may be
    // one that was begun anew.
    Number(a.kind === 'Snapshot') - Number(b.kind === 'Snapshot') ||
    Number(b.clusterId !== undefined) - Number(a.clusterId !== undefined) ||
    compare(b.revision, a.revision) ||
    compareLogs(b, a) ||
    Number(b.kind === 'Survivor') - Number(a.kind === 'Survivor') ||
    (a.name < b.name ? -1 : 1)
  );
}

function compareLogs(a: Source, b: Source): number {
  return compare(a.lastTerm, b.lastTerm) || compare(a.lastIndex, b.lastIndex);
}

function compare(a = -1n, b = -1n): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** What may be missing when a source is taken, in words. */
export function lossBound(chosen: Source, sources: readonly Source[]): string {
  const silent = sources.filter(
    ({ name, kind, lastIndex, unseen }) =>
      name !== chosen.name && kind !== 'Snapshot' && lastIndex === undefined && !unseen,
  );
  const unseen = sources.filter((source) => source.unseen && source.name !== chosen.name);
  return [
    ownLoss(chosen),
    ...aheadOf(chosen, sources).map(({ name, lastTerm, lastIndex }) =>
      chosen.lastTerm === lastTerm && lastIndex !== undefined && chosen.lastIndex !== undefined
        ? `the log of ${name} reaches ${lastIndex - chosen.lastIndex} entries further`
        : `the log of ${name} reaches further, to term ${lastTerm}, index ${lastIndex}`,
    ),
    ...(silent.length === 0
      ? []
      : [`what only ${silent.map(({ name }) => name).join(' and ')} held, whose volume tells nothing any more`]),
    ...(unseen.length === 0
      ? []
      : [`everything that ${unseen.map(({ name }) => name).join(' and ')} held beyond it, which nobody could look at`]),
  ].join('; ');
}

function ownLoss({ kind, complete, name, saved }: Source): string {
  if (kind === 'Snapshot') {
    const when = saved ? `, at ${saved.at}` : '';
    const doubt =
      saved?.doubt === undefined
        ? ''
        : `; ${saved.doubt}: look at those before you approve, and name one in spec.source.snapshotName to restore it`;
    return `everything written since snapshot ${name} was saved${when}${doubt}`;
  }
  return complete
    ? `at most the last entries of the log of ${name} that it did not know to be committed when it stopped, as a rule none or one`
    : `what was written in the last moments before ${name} stopped and stands only in its log, which cannot be read, as a rule less than a second of writes`;
}

/** The sources as a status shows them. */
export function sourceRows(ranking: Ranking): readonly RecoverySource[] {
  const chosen = 'chosen' in ranking ? ranking.chosen : undefined;
  return ranking.ordered.map((source) => ({
    name: source.name,
    usable: source.usable,
    ...(source.clusterId === undefined ? {} : { clusterID: hex(source.clusterId) }),
    ...(source.lastTerm === undefined ? {} : { term: source.lastTerm.toString() }),
    ...(source.lastIndex === undefined ? {} : { lastIndex: source.lastIndex.toString() }),
    ...(source.revision === undefined ? {} : { revision: source.revision.toString() }),
    ...(source.keys === undefined ? {} : { totalKeys: source.keys.toString() }),
    ...(source.sha256 === undefined ? {} : { sha256: source.sha256 }),
    ...(source.usable ? { lossBound: lossBound(source, ranking.ordered).slice(0, 512) } : {}),
    ...(source === chosen ? { chosen: true } : {}),
  }));
}

/** An id of a cluster as etcdctl prints it. */
export const hex = (id: bigint | undefined): string => (id === undefined ? 'unknown' : id.toString(16));
