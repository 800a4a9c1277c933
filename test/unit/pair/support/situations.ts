import type { CoordinatorPairSpec, CoordinatorPairStatus, Transition } from '../../../../src/api/coordinator-pair.ts';
import type { RoleSessions } from '../../../../src/pair/decide/role-sessions.ts';
import type { EtcdFacts, PairFacts } from '../../../../src/pair/facts.ts';
import type { Changes } from './changes.ts';
import { aStatefulSet, facts, known, look, stored, unreachable, withStatus } from './facts.ts';
import { aPair } from './pair.ts';
import { aContainer, aPod, TEMPLATE } from './pods.ts';
import { aSession, heldBy } from './sessions.ts';
import { after, isoAfter } from './time.ts';

/** The pair at rest with another spec. */
export const withSpec = (spec: Changes<CoordinatorPairSpec>, changes: Changes<PairFacts> = {}): PairFacts =>
  facts({ pair: aPair({ spec }), ...changes });

/** A pair that was at rest and then became this. */
export const afterRest = (changes: Changes<PairFacts>): PairFacts => withStatus(facts(changes), look(facts()).status);

/** The same in the middle of this transition. */
export function during(transition: Partial<Transition>, changes: Changes<PairFacts> = {}): PairFacts {
  const world = afterRest(changes);
  const whole: Transition = {
    type: 'Rollout',
    from: 'rootcoord-0',
    reason: 'TemplateChanged',
    step: 'ReplacingStandby',
    startTime: isoAfter(-5),
    deadlineTime: isoAfter(595),
    ...transition,
  };
  return withStatus(world, { ...world.pair.status, transition: whole });
}

export const firstAlone = heldBy(aSession(7n));
export const bothRegistered = heldBy(aSession(7n), aSession(8n, 'rootcoord-1'));
export const nobody = heldBy(undefined);
/** The ACTIVE's keys are gone and nobody has taken the role yet. */
export const keyGone = heldBy(undefined, aSession(8n, 'rootcoord-1'));
export const stranger = heldBy(aSession(9n, 'stranger', { address: '10.9.9.9:53100' }));
export const pending: EtcdFacts = { state: 'Pending' };
export const noQuorum: EtcdFacts = {
  ...unreachable,
  endpoints: [{ endpoint: 'my-release-etcd:2379', finding: 'NoLeader', detail: 'answers and sees no leader' }],
} as EtcdFacts;

const { lastReadTime: _, ...withoutLastRead } = unreachable as Extract<EtcdFacts, { state: 'Unknown' }>;
export const neverRead: EtcdFacts = withoutLastRead;

/** The node of rootcoord-0 has not been ready for ten seconds. */
export const firstCutOff: PairFacts['nodes'] = new Map([
  ['node-a', { name: 'node-a', ready: false, notReadySince: after(-10), leaving: false, outOfService: false }],
  ['node-b', { name: 'node-b', ready: true, leaving: false, outOfService: false }],
]);

export const waitingForImage = aPod('rootcoord-0', {
  ready: false,
  container: { waiting: { reason: 'ImagePullBackOff', message: 'no such tag' } },
});
export const crashLooping = aPod('rootcoord-1', {
  ready: false,
  container: aContainer({
    runningSince: undefined,
    waiting: { reason: 'CrashLoopBackOff' },
    lastTerminated: { exitCode: 134 },
  }),
});

export const strangerHolds = facts({ etcd: known(stranger) });
export const nameTaken = facts({
  children: [
    {
      desired: aStatefulSet(TEMPLATE),
      live: stored(aStatefulSet(TEMPLATE), {
        ownerReferences: [{ apiVersion: 'v1', kind: 'Milvus', name: 'my-release', uid: 'x', controller: true }],
      }),
    },
  ],
});
/** The pod of the ACTIVE was deleted by force; its lease runs on. */
export const holderGone = afterRest({
  pods: [aPod('rootcoord-1', { roleLabel: 'standby' })],
  etcd: known(bothRegistered, 30),
});
/** The flag does not reach Milvus: the holder has no member key. */
export const withoutFlag = facts({
  etcd: known(
    { holder: aSession(7n, 'rootcoord-0', { key: 'rootcoord' }), members: [], broken: [], olderLayout: [] },
    30,
  ),
});
export const invalid = facts({
  problems: [{ reason: 'VersionUnknown', message: 'spec.version must be set' }],
  children: [],
  templateHash: undefined,
  pods: [],
  etcd: known(nobody),
});
export const stalledRollout = during(
  { startTime: isoAfter(-700), deadlineTime: isoAfter(-100), templateHash: TEMPLATE },
  {
    pods: [
      aPod('rootcoord-0', { templateHash: 'old', roleLabel: 'active' }),
      { ...crashLooping, templateHash: TEMPLATE },
    ],
    etcd: known(firstAlone, 30),
  },
);

/** The conditions of a status that says since when nobody has worked as ACTIVE. */
export const withoutActive = (secondsAgo: number): Pick<CoordinatorPairStatus, 'conditions'> => ({
  conditions: [
    {
      type: 'ActiveElected',
      status: 'False',
      reason: 'WaitingForTakeover',
      message: 'nobody holds the role',
      observedGeneration: 1,
      lastTransitionTime: isoAfter(-secondsAgo),
    },
  ],
});

/** What shows that the process of a pod, as the tables have it, serves no more. */
export const stopOf = (podName: string, secondsAgo: number): PairFacts['stops'][number] => ({
  podUID: aPod(podName).uid,
  containerID: 'containerd://first',
  seenTime: after(-secondsAgo),
  evidence: 'its /healthz says Abnormal and its pod is being deleted',
});

/** The pod of the ACTIVE was deleted and its process hangs in its stop. */
export const firstStopping: Partial<PairFacts> = {
  pods: [
    aPod('rootcoord-0', {
      roleLabel: 'active',
      terminating: true,
      deletion: { requestedAt: after(-2), graceSeconds: 60 },
    }),
    aPod('rootcoord-1', { roleLabel: 'standby' }),
  ],
  stops: [stopOf('rootcoord-0', 1)],
  bindings: [
    {
      serverID: 7n,
      lease: 7000n,
      podUID: aPod('rootcoord-0').uid,
      containerID: 'containerd://first',
      nodeName: 'node-a',
      boundTime: after(-300),
    },
  ],
};

/** Nonsense stands in the bare key: somebody has the role, and it cannot be told who. */
export const holderUnreadable: RoleSessions = {
  ...keyGone,
  broken: [{ key: 'rootcoord', reason: 'it is not JSON' }],
  holderUnreadable: true,
};
