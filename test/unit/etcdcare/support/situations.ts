import { crashSituations } from './crash-situations.ts';
import { clusterID, crashing, etcd, etcdWith, leaderless, look, memberID, names, now, pod, setup } from './facts.ts';
import { podSituations } from './pod-situations.ts';
import type { Situation } from './situation.ts';

const bootstrapped = 'discovery failed: member a1 has already been bootstrapped';

/** Everything that has a name. */
export const situations: readonly Situation[] = [
  ...crashSituations,
  ...podSituations,
  {
    about: 'the alarm NOSPACE',
    facts: etcd({
      looks: names.map((name) => look(name, { alarms: [{ memberID: memberID('etcd-1'), name: 'NOSPACE' }] })),
    }),
    case: 'NoSpaceAlarm',
    pods: ['etcd-1'],
    evidence: 'alarm NOSPACE, raised for etcd-1',
  },
  {
    about: 'the alarm CORRUPT',
    facts: etcd({
      looks: names.map((name) => look(name, { alarms: [{ memberID: memberID('etcd-2'), name: 'CORRUPT' }] })),
    }),
    case: 'CorruptAlarm',
    pods: ['etcd-2'],
    evidence: 'alarm CORRUPT, raised for etcd-2',
  },
  {
    about: 'the published steps half done, state new',
    facts: etcdWith([crashing('etcd-1', 1, [bootstrapped]), crashing('etcd-2', 1, [bootstrapped])]),
    case: 'SplitBrainRisk',
    pods: ['etcd-1', 'etcd-2'],
    evidence: '2 of 3 members have no data and start with initial-cluster-state new',
  },
  {
    about: 'two members without data beside one that is just starting, state new',
    facts: etcdWith(
      [crashing('etcd-0', 1, [bootstrapped]), crashing('etcd-1', 1, [bootstrapped]), pod('etcd-2', { ready: false })],
      { looks: [] },
    ),
    case: 'SplitBrainRisk',
    pods: ['etcd-0', 'etcd-1'],
    evidence: 'the quorum is lost',
  },
  {
    about: 'an etcd that was stopped so that it does not split',
    facts: etcd({ setup: { ...setup, replicas: 0, fencedBy: 'etcd-fence-1' }, pods: [], looks: [] }),
    case: 'SplitBrainRisk',
    pods: [],
    evidence: 'EtcdRecovery etcd-fence-1 has stopped StatefulSet etcd',
  },
  {
    about: 'the published steps half done, state existing',
    facts: etcdWith(
      ['etcd-1', 'etcd-2'].map((name) =>
        crashing(name, 1, ['No active endpoints in cluster, wait 10s, and restart the pod']),
      ),
    ),
    case: 'PublishedStepsHalfDone',
    pods: ['etcd-1', 'etcd-2'],
    evidence: 'No active endpoints',
  },
  {
    about: 'scaled to one without a quorum',
    facts: etcd({
      setup: { ...setup, replicas: 1 },
      pods: [pod('etcd-0', { ready: false })],
      looks: [leaderless('etcd-0')],
    }),
    case: 'PublishedStepsHalfDone',
    pods: ['etcd-0'],
    evidence: '1 of the 3 members',
  },
  {
    about: 'two clusters under one name',
    facts: etcd({
      looks: [
        look('etcd-0'),
        look('etcd-1'),
        look('etcd-2', {
          header: { clusterID: clusterID + 1n, memberID: memberID('etcd-2'), revision: 2n, raftTerm: 1n },
        }),
      ],
    }),
    case: 'SeveralClusters',
    pods: ['etcd-0', 'etcd-1', 'etcd-2'],
    evidence: 'belongs to cluster d00bd78cd98d7e19',
  },
  {
    about: 'the silent split: one restored, two empty, all serving',
    facts: etcd({
      looks: names.map((name) =>
        look(
          name,
          name === 'etcd-0'
            ? { header: { clusterID, memberID: memberID(name), revision: 16_762n, raftTerm: 3n } }
            : { header: { clusterID, memberID: memberID(name), revision: 2n, raftTerm: 3n } },
        ),
      ),
    }),
    case: 'DataDiverged',
    pods: ['etcd-1', 'etcd-2'],
    evidence: 'much lower revision',
  },
  {
    about: 'hashes that differ',
    facts: etcd({ hashes: { time: now, revision: 500n, differing: ['etcd-1'] } }),
    case: 'DataDiverged',
    pods: ['etcd-1'],
    evidence: 'revision 500',
  },
  {
    about: 'a voter that nobody runs',
    facts: etcd({ looks: names.map((name) => withStranger(name)) }),
    case: 'MemberWithoutPod',
    pods: [],
    evidence: 'b7 (etcd-3',
  },
  {
    about: 'two members down, one without a leader',
    facts: etcdWith([crashing('etcd-1', 1, ['something new']), crashing('etcd-2', 1, ['something new'])]),
    case: 'QuorumLost',
    pods: ['etcd-1', 'etcd-2'],
    evidence: 'etcd-0 answers and sees no leader',
  },
  {
    about: 'all members down',
    facts: etcdWith(names.map((name) => crashing(name, 1, ['panic: something new']))),
    case: 'AllMembersDown',
    pods: ['etcd-0', 'etcd-1', 'etcd-2'],
    evidence: 'etcd-0 last said "panic: something new"',
  },
  {
    about: 'pods that are ready and do not answer',
    facts: etcd({
      looks: names.map((podName) => ({ podName, error: { code: 'Unavailable', message: 'connection refused' } })),
    }),
    case: 'OperatorBlind',
    pods: [...names],
    evidence: 'connection refused',
  },
  {
    about: 'a Secret that the operator lacks',
    facts: etcd({ looks: [], cannotAsk: 'spec.auth.secretName: Secret root does not exist' }),
    case: 'OperatorBlind',
    pods: [],
    evidence: 'Secret root',
  },
  {
    about: 'a member that has just started',
    facts: etcdWith([
      pod('etcd-1', { ready: false, container: { state: 'Running', since: new Date(now.getTime() - 20_000) } }),
    ]),
    case: 'StartingUp',
    pods: ['etcd-1'],
    evidence: 'less than 120 s',
  },
  {
    about: 'something that nobody knows',
    facts: etcdWith([crashing('etcd-1', 3, ['the moon is full'])], { unread: ['events (Forbidden)'] }),
    case: 'Unrecognised',
    pods: ['etcd-1'],
    evidence: 'the moon is full',
  },
];

function withStranger(podName: string) {
  const seen = look(podName);
  if (!('answer' in seen)) return seen;
  const stranger = {
    id: 0xb7n,
    name: 'etcd-3',
    peerURLs: ['http://etcd-3.etcd-headless.milvus.svc:2380'],
    clientURLs: [],
    learner: false,
  };
  return { ...seen, answer: { ...seen.answer, members: [...seen.answer.members, stranger] } };
}
