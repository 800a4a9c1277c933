import type { EtcdGuard } from '../../../../src/api/etcd-guard.ts';
import type { MemberStatus } from '../../../../src/etcd/member-client.ts';
import type { EtcdFacts, MemberLook } from '../../../../src/etcdcare/facts.ts';
import type { PodFacts } from '../../../../src/etcdcare/pod-facts.ts';
import type { EtcdSetup } from '../../../../src/etcdcare/setup/etcd-setup.ts';

export const now = new Date('2026-11-21T12:00:00Z');
export const longAgo = new Date('2026-11-01T12:00:00Z');
export const clusterID = 0xd00bd78cd98d7e18n;
export const names = ['etcd-0', 'etcd-1', 'etcd-2'] as const;
export const memberID = (name: string): bigint => 0xa0n + BigInt(name.slice(-1));

/** The etcd of a Milvus chart: three members of generation M. */
export const setup: EtcdSetup = {
  name: 'etcd',
  namespace: 'milvus',
  replicas: 3,
  selector: 'app.kubernetes.io/name=etcd',
  serviceName: 'etcd-headless',
  containerName: 'etcd',
  image: 'milvusdb/etcd:3.5.25-r1',
  startUp: 'M',
  clientPort: 2379,
  clientTLS: false,
  initialCluster: names.map((name) => ({ name, peerURL: `http://${name}.etcd-headless.milvus.svc:2380` })),
  initialClusterState: 'new',
  quotaBytes: 4 * 2 ** 30,
  claimTemplates: ['data'],
  switches: new Set(),
  liveness: '/livez',
};

/** A pod that is well, changed in some fields. */
export function pod(name: string, changes: Partial<PodFacts> = {}): PodFacts {
  return {
    name,
    uid: `uid-${name}`,
    resourceVersion: `version-of-${name}`,
    createdAt: longAgo,
    ip: `10.0.0.1${name.slice(-1)}`,
    nodeName: `node-${name.slice(-1)}`,
    nodeReady: true,
    phase: 'Running',
    ready: true,
    terminating: false,
    container: { state: 'Running', since: longAgo },
    waiting: [],
    claims: [{ name: `data-${name}`, phase: 'Bound', terminating: false, createdAt: longAgo, events: [] }],
    events: [],
    lines: [],
    ...changes,
  };
}

/** A pod whose container ended a moment ago and waits to be started again, and what it wrote before. */
export function crashing(
  name: string,
  exitCode: number,
  lines: readonly string[],
  changes: Partial<PodFacts> = {},
): PodFacts {
  return pod(name, {
    ready: false,
    container: { state: 'Waiting', reason: 'CrashLoopBackOff', message: 'back-off' },
    waiting: [{ container: 'etcd', reason: 'CrashLoopBackOff', message: 'back-off' }],
    crash: { exitCode, reason: 'Error', containerID: `containerd://${name}`, finishedAt: now, restarts: 1 },
    lines: lines.map((text) => ({ at: now, text })),
    ...changes,
  });
}

/** What a member that is well answers. */
export function look(podName: string, changes: Partial<MemberStatus> = {}, readThroughQuorum = true): MemberLook {
  return {
    podName,
    answer: {
      status: {
        header: { clusterID, memberID: memberID(podName), revision: 500n, raftTerm: 3n },
        version: '3.5.25',
        leader: memberID('etcd-0'),
        learner: false,
        dbSizeBytes: 20 * 2 ** 20,
        dbSizeInUseBytes: 10 * 2 ** 20,
        raftAppliedIndex: 700n,
        alarms: [],
        ...changes,
      },
      members: names.map((name) => ({
        id: memberID(name),
        name,
        peerURLs: [`http://${name}.etcd-headless.milvus.svc:2380`],
        clientURLs: [`http://${name}.etcd-headless.milvus.svc:2379`],
        learner: false,
      })),
      readThroughQuorum,
    },
  };
}

/** A member that answers and sees no leader. */
export const leaderless = (podName: string): MemberLook => look(podName, { leader: 0n }, false);

/** Three members that are well, changed in some facts. */
export function etcd(changes: Partial<EtcdFacts> = {}): EtcdFacts {
  return {
    now,
    setup,
    pods: names.map((name) => pod(name)),
    missing: [],
    looks: names.map((name) => look(name)),
    unread: [],
    ...changes,
  };
}

/** The same with some pods in another state; only those that run answer. */
export function etcdWith(sick: readonly PodFacts[], changes: Partial<EtcdFacts> = {}): EtcdFacts {
  const pods = names.map((name) => sick.find((candidate) => candidate.name === name) ?? pod(name));
  const running = pods.filter(({ container }) => container.state === 'Running').map(({ name }) => name);
  const quorate = running.length >= 2;
  return etcd({ pods, looks: running.map((name) => (quorate ? look(name) : leaderless(name))), ...changes });
}

/** The policy that the API server fills in. */
export const policy = {
  bindPendingVolume: 'Approve',
  clearMemberID: 'Auto',
  replaceMember: 'Approve',
  replaceVolume: 'Approve',
  fence: 'Auto',
  restartQuorum: 'Auto',
  rebuildFromSurvivor: 'Approve',
  restoreFromSnapshot: 'Approve',
  reclaimSpace: 'Auto',
  cleanup: 'Approve',
  snapshot: 'Auto',
  defragment: 'Auto',
  moveLeader: 'Auto',
} as const;

/** A guard of that etcd. */
export function guard(status?: EtcdGuard['status']): EtcdGuard {
  return {
    apiVersion: 'ha.milvus.io/v1alpha1',
    kind: 'EtcdGuard',
    metadata: { name: 'etcd', namespace: 'milvus', uid: 'u', resourceVersion: '1', generation: 1 },
    spec: { statefulSetName: 'etcd', quorumLossWindowSeconds: 600, policy, budget: { perHour: 1, perDay: 3 } },
    ...(status ? { status } : {}),
  };
}
