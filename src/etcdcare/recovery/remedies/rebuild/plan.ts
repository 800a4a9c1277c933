import type { RecoveryAction } from '../../../../api/etcd-recovery.ts';
import { planStop } from '../../../milvus/changes.ts';
import { findMilvus } from '../../../milvus/find.ts';
import { garbageCollection, type GarbageCollection } from '../../../milvus/garbage-collection.ts';
import { answered } from '../../../diagnose/quorum.ts';
import type { Plan, Planned, Planning } from '../../remedy.ts';
import { division, type EtcdWorld } from '../../world.ts';
import { DIVIDED } from '../stop-etcd.ts';
import { chooseSource } from './choice.ts';
import { isStopped, layoutOf, type Layout } from './layout.ts';
import { asDetail, lossOf } from './loss.ts';
import { hex, lossBound, sourceRows, type Ranking } from './rank.ts';
import type { Source } from './source.ts';
import { inWords } from './stop-milvus.ts';
import { survey } from './survey.ts';

/** While Jobs look at volumes, milliseconds. */
const LOOK_MS = 1_000;

/** Plans to restore every member from one source. */
export async function planRebuild(planning: Planning, action: RecoveryAction): Promise<Planned> {
  const { world, recovery, operatorImage } = planning;
  const layout = layoutOf(world);
  if ('why' in layout) return { state: 'Refused', why: layout.why };
  if (operatorImage === undefined && layout.members.length > 1)
    return {
      state: 'Refused',
      why: 'the operator does not know its own image, which carries the snapshot to the other volumes: set --operator-image',
    };
  const divided = recovery.spec.source !== undefined && division(world) !== undefined;
  if (divided && world.facts.setup.startUp === 'G1')
    return {
      state: 'Refused',
      why: 'this image removes its member when its pod ends, from whichever cluster that is of: do it by hand as the runbook etcd-quorum-lost says',
    };
  const unfit = divided ? undefined : withoutQuorum(world);
  if (unfit) return unfit;
  const milvus = await findMilvus(planning, world.guard, planning.signal);
  if (milvus.problems.length > 0) return { state: 'Refused', why: milvus.problems.join('; ') };
  const seen = await survey(planning, world, layout);
  if (seen.state === 'Waiting') return { state: 'Waiting', why: seen.why, againMs: LOOK_MS };
  const wish = recovery.spec.source ? { wish: recovery.spec.source } : {};
  const choice = chooseSource(seen.sources, {
    action,
    ...wish,
    voters: layout.members.length,
    stopped: isStopped(world),
    rootPaths: milvus.rootPaths,
  });
  switch (choice.state) {
    case 'Refused':
      return { state: 'Refused', why: choice.why };
    case 'Waiting':
      return { state: 'Waiting', why: choice.why, againMs: LOOK_MS };
    case 'Chosen': {
      const lacking = lackingTool(seen.sources, world);
      if (lacking !== undefined) return { state: 'Refused', why: lacking };
      const milvusSteps = { stops: inWords(planStop(milvus)), collection: garbageCollection(milvus) };
      return { state: 'Planned', plan: planFor(planning, layout, choice.ranking, milvusSteps) };
    }
  }
}

/** Why the image is not fit to restore with; undefined: it is. */
export function lackingTool(sources: readonly Source[], { guard, facts }: EtcdWorld): string | undefined {
  if (!sources.some(({ cannotRaise }) => cannotRaise)) return undefined;
  const image = guard.spec.toolsImage ?? facts.setup.image;
  return `no tool of image ${image} restores with raised revisions, without which whoever still watches would miss what is written afterwards: set spec.toolsImage of EtcdGuard ${guard.metadata.name} to an image with bash and the etcd, etcdctl and etcdutl of the newest 3.5, for instance milvusdb/etcd:3.5.25-r1`;
}

/**
 * What repairs an etcd without a quorum is not for one that has it, nor for one that cannot be seen. Where no pod is ready
 * and nobody answers, which comes and goes while members crash, the data itself tells: what is intact is not rebuilt.
 */
export function withoutQuorum(world: EtcdWorld): Exclude<Planned, { readonly state: 'Planned' }> | undefined {
  const { quorum, facts } = world;
  if (quorum.verdict === 'Quorate')
    return { state: 'Refused', why: 'etcd has a quorum: nothing has to be brought back' };
  const nobodyServes = answered(facts).length === 0 && !facts.pods.some(({ ready }) => ready);
  if (quorum.verdict === 'Lost' || nobodyServes) return undefined;
  return { state: 'Waiting', why: 'whether the quorum is lost is not certain yet: waits for evidence', againMs: 5_000 };
}

function planFor(
  { recovery, world }: Planning,
  { members, place }: Layout,
  ranking: Extract<Ranking, { readonly chosen: Source }>,
  { stops, collection }: { readonly stops: string; readonly collection: GarbageCollection },
): Plan {
  const { chosen, ordered, ahead } = ranking;
  const operation = recovery.metadata.uid;
  const pods = members.map(({ pod }) => pod).join(', ');
  const what = `revision ${chosen.revision}, ${chosen.keys ?? 'unknown'} keys`;
  const { setup } = world.facts;
  return {
    steps: [
      stops === ''
        ? 'stop Milvus: none is known to use this etcd'
        : `stop Milvus (${stops}), and wait until no pod of it is left`,
      `save ${chosen.name} while it runs, if it does`,
      `scale StatefulSet ${setup.name} to 0, and have its template say the state existing, for good`,
      'look at every volume again; if another source is better by then, ask again',
      `make one snapshot of ${chosen.name} (${kindOf(chosen)}; cluster ${hex(chosen.clusterId)}, ${what})`,
      `restore it on the volumes of ${pods}, beside the data that is there, under a fresh token and with raised revisions`,
      `on all of them rename ${place.dataDir} to ${place.dataDir}.bak-${operation} and put the restored data in its place`,
      `scale to ${members.length}, when no Milvus runs`,
      'see that all members read through the quorum and hold the same',
      stops === '' ? 'nothing of Milvus to be started again' : startInWords(collection),
    ],
    mayLose: lossBound(chosen, ordered),
    undo: `until Milvus writes again: stop it, scale to 0, and on every volume rename ${place.dataDir}.bak-${operation} back. Later that would lose what was written since, and data that Milvus has removed meanwhile`,
    evidence: world.ailment?.evidence ?? world.quorum.evidence,
    details: {
      operation,
      source: chosen.name,
      clusterId: hex(chosen.clusterId),
      revision: (chosen.revision ?? 0n).toString(),
      ...(division(world) ? { [DIVIDED]: 'yes' } : {}),
      token: `${setup.token ?? setup.name}-${operation}`,
      loss: asDetail(lossOf(ranking)),
      ...(chosen.kind === 'Snapshot' && chosen.sha256 !== undefined ? { sha256: chosen.sha256 } : {}),
    },
    ...(recovery.spec.source || !chosen.complete || ahead.length > 0 ? { needsPerson: true } : {}),
    sources: sourceRows(ranking),
  };
}

function startInWords({ off, asItIs }: GarbageCollection): string {
  return [
    'start Milvus again: coordinators first',
    ...(off.length > 0 ? [`with garbage collection off in ${off.join(', ')} until you turn it on`] : []),
    ...(asItIs.length > 0
      ? [`as ${asItIs.join(', ')} have it: set dataCoord.enableGarbageCollection to false there before you approve`]
      : []),
  ].join('; ');
}

function kindOf({ kind, complete }: Source): string {
  if (kind === 'Snapshot') return 'a stored snapshot';
  return complete ? 'its database and its log' : 'its database alone, for its log cannot be used';
}
