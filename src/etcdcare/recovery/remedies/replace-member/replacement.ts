import { z } from 'zod';
import { startsExisting, withStateExisting } from '../../../setup/initial-state.ts';
import type { Container } from '../../../setup/stateful-set.ts';
import type { SeenMember } from '../../../diagnose/quorum.ts';
import type { Planning, Work } from '../../remedy.ts';
import type { EtcdWorld } from '../../world.ts';
import { dataPlace } from '../member-job.ts';
import { leaderPod, votersOf } from '../members.ts';

/** What a member is replaced by: chosen once, approved with the plan. */
export interface Replacement {
  readonly pod: string;
  /** By this URL the member is known, whatever its id and name are. */
  readonly peerURL: string;
  /** The id to be removed, in hexadecimal; empty: it is listed no more. */
  readonly member: string;
  /** Becomes part of the names of what is kept. */
  readonly operation: string;
  /** The pod of a healthy member, beside whose data a snapshot is saved first. */
  readonly snapshotFrom: string;
  /** Learner: added by the operator, and votes when it has caught up. ByItself: the image's script adds it (G1). */
  readonly joins: 'Learner' | 'ByItself';
}

/** Why a member is not replaced: not at all, or not now. */
export interface NotReplaced {
  readonly state: 'Refused' | 'Waiting';
  readonly why: string;
}

/** A member that is not well for a moment is no reason to refuse: looks are taken for so long, milliseconds. */
const PATIENCE_MS = 60_000;

/**
 * Judges whether the member in a pod can be replaced. Pure.
 *
 * @param askedForMs how long ago it was asked for
 */
export function replacementOf(
  world: EtcdWorld,
  pod: string,
  operation: string,
  askedForMs = Infinity,
): Replacement | NotReplaced {
  if (world.quorum.verdict !== 'Quorate')
    return { state: 'Waiting', why: 'waits: without a quorum members cannot be changed' };
  const { setup } = world.facts;
  const peerURL = setup.initialCluster.find(({ name }) => name === pod)?.peerURL;
  if (peerURL === undefined)
    return refused(
      `the initial cluster in StatefulSet ${setup.name} does not name ${pod}: target.podName must be one of its pods`,
    );
  const victim = entryOf(world, peerURL);
  if (victim?.healthy === true && !victim.learner)
    return refused(`the member in ${pod} is healthy: there is nothing to replace`);
  const unwell = othersUnwell(world, peerURL);
  if (unwell !== undefined)
    return askedForMs < PATIENCE_MS ? { state: 'Waiting', why: `waits a minute, for ${unwell}` } : refused(unwell);
  const why =
    strangers(world, peerURL) ??
    (leaderPod(world) === pod ? `the member in ${pod} leads: make an EtcdRecovery with MoveLeader first` : undefined) ??
    notToBeSeen(world);
  if (why !== undefined) return refused(why);
  // All others are healthy. Not by who leads: that moves, and an approval is for what was planned.
  const [snapshotFrom] = votersOf(world)
    .flatMap(({ podName }) => (podName === undefined || podName === pod ? [] : [podName]))
    .sort();
  if (snapshotFrom === undefined) return refused('no other member runs in a pod of this StatefulSet');
  const member = victim ? victim.id.toString(16) : '';
  const joins = setup.startUp === 'G1' ? 'ByItself' : 'Learner';
  return { pod, peerURL, member, operation, snapshotFrom, joins };
}

/** How long ago a recovery was asked for, milliseconds. */
export function askedForMs({ metadata }: Planning['recovery'], now: Date): number {
  return now.getTime() - Date.parse(metadata.creationTimestamp ?? '');
}

const refused = (why: string): NotReplaced => ({ state: 'Refused', why });

/** What has to be read from the StatefulSet and cannot be. */
function notToBeSeen(world: EtcdWorld): string | undefined {
  const place = dataPlace(world);
  if ('why' in place) return place.why;
  const container = etcdContainer(world);
  if (container && (startsExisting(container) || withStateExisting(container))) return undefined;
  return `where StatefulSet ${world.set.metadata.name} sets the state of the initial cluster cannot be seen: set ETCD_INITIAL_CLUSTER_STATE to existing by the values of the chart first`;
}

/** The member of a peer URL, as it is listed now. */
export function entryOf({ quorum }: Pick<EtcdWorld, 'quorum'>, peerURL: string): SeenMember | undefined {
  return quorum.members?.find(({ peerURLs }) => peerURLs.includes(peerURL));
}

/** Why not all other members are well, which is what makes it safe to take one out; undefined: they are. */
export function othersUnwell({ quorum }: Pick<EtcdWorld, 'quorum'>, peerURL: string): string | undefined {
  if (!quorum.members) return 'no member tells who the members are';
  if (quorum.verdict !== 'Quorate') return 'etcd has no quorum: members cannot be changed';
  const others = quorum.members.filter(({ peerURLs }) => !peerURLs.includes(peerURL));
  const unstarted = others.find(({ name }) => name === '');
  if (unstarted)
    return `a member was added for ${unstarted.peerURLs.join(', ')} and has never started: start it, or take it out with etcdctl member remove ${unstarted.id.toString(16)}`;
  const learner = others.find((member) => member.learner);
  if (learner)
    return `${nameOf(learner)} is a learner that has not caught up: let it vote with etcdctl member promote ${learner.id.toString(16)}, or take it out`;
  const sick = others.filter(({ healthy }) => !healthy);
  if (sick.length === 0) return undefined;
  const ids = sick.map((member) => `${nameOf(member)} (${member.id.toString(16)})`);
  return `${ids.join(', ')} ${sick.length === 1 ? 'is' : 'are'} not healthy either: one member is replaced only while all others are healthy. ${byHand}`;
}

const byHand =
  'If the others cannot be cured, by hand and with a snapshot saved: (1) see that a majority is healthy (etcdctl endpoint health); (2) updateStrategy OnDelete and ETCD_INITIAL_CLUSTER_STATE existing in the StatefulSet; (3) etcdctl member remove each of the sick ones, which needs only the healthy ones; (4) for one of them: rename its data directory, delete its pod, wait until etcdctl member list shows it started and endpoint health passes; (5) only then the next one';

/** A member that joins with the state `existing` compares its initial cluster with the list: they must be the same. */
function strangers({ quorum, facts: { setup } }: EtcdWorld, peerURL: string): string | undefined {
  const others = (quorum.members ?? []).filter(({ peerURLs }) => !peerURLs.includes(peerURL));
  const known = setup.initialCluster.map((member) => member.peerURL);
  const unknown = others.filter(({ peerURLs }) => !peerURLs.some((url) => known.includes(url)));
  if (unknown.length > 0)
    return `${unknown.map(nameOf).join(', ')} ${unknown.length === 1 ? 'is' : 'are'} not in the initial cluster of StatefulSet ${setup.name}, so nobody could join: make ETCD_INITIAL_CLUSTER name the members that etcdctl member list shows`;
  if (others.length + 1 !== known.length)
    return `the initial cluster of StatefulSet ${setup.name} names ${known.length} members and ${others.length + 1} would be listed, so it could not join: bring back or replace the one that is missing by hand first`;
  return undefined;
}

/** The container of the template that runs etcd. */
export function etcdContainer({ set, facts: { setup } }: Pick<EtcdWorld, 'set' | 'facts'>): Container | undefined {
  return set.spec?.template?.spec?.containers?.find(({ name }) => name === setup.containerName);
}

const nameOf = ({ name, podName, peerURLs }: SeenMember): string => podName ?? (name || peerURLs.join(', '));

/** A {@link Replacement} in the details of a plan. */
export const replacementShape = {
  pod: z.string().min(1),
  peerURL: z.string().min(1),
  member: z.string().regex(/^[0-9a-f]{0,16}$/),
  operation: z.string().min(1),
  snapshotFrom: z.string().min(1),
  joins: z.enum(['Learner', 'ByItself']),
};

/** As it was approved. @throws Error when it is none. */
export const approved = ({ details }: Pick<Work, 'details'>): Replacement => z.object(replacementShape).parse(details);
