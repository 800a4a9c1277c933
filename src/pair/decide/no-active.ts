import { findCondition } from '../../api/conditions.ts';
import type { PairFacts } from '../facts.ts';
import type { PodView } from '../pod-view.ts';
import { holderOf, START_UP_ALLOWANCE_MS, type Member } from './members.ts';
import { freeFrom, noTakeover } from './no-takeover.ts';
import { leaseSeconds } from './lease-time.ts';
import type { RemedyCandidate } from './remedy.ts';

/**
 * What is done when the role is free for longer than any takeover lasts, with etcd steady for as long: a registered
 * standby that does not take it is proposed to be restarted; where only zombies are left (Milvus up to 2.6.6) one of
 * them is.
 */
export function noActive(facts: PairFacts, members: readonly Member[]): RemedyCandidate | undefined {
  if (facts.etcd.state !== 'Known' || holderOf(members)) return undefined;
  return stuckStandby(facts, members) ?? lastZombie(facts, members);
}

function allowanceMs({ etcd }: PairFacts): number {
  return leaseSeconds(etcd) * 1000 + START_UP_ALLOWANCE_MS / 2;
}

function steadyDue(facts: PairFacts, dueMs: number): Date {
  const steadyMs = facts.etcd.state === 'Known' ? facts.etcd.steadySince.getTime() : Infinity;
  return new Date(Math.max(dueMs, steadyMs + allowanceMs(facts)));
}

/** Coordinators of the other layout hold the role back on purpose: a restart would not change that. */
function stuckStandby(facts: PairFacts, members: readonly Member[]): RemedyCandidate | undefined {
  const found = noTakeover(facts, members);
  const layoutConflict = facts.etcd.state === 'Known' && facts.etcd.sessions.olderLayout.length > 0;
  const [standby] = found?.standbys ?? [];
  if (!found || !standby || layoutConflict) return undefined;
  const { pod, session } = standby;
  return {
    due: steadyDue(facts, found.due.getTime()),
    remedy: {
      action: 'RestartPod',
      policy: 'Approve',
      podUID: pod.uid,
      reason: 'NoTakeover',
      evidence: `nobody holds the role since ${found.since.toISOString()}; ${pod.name} (server ID ${session.serverID}) is registered and does not take it; etcd answers all the while`,
      risk: 'the pod is deleted in order; the process that starts in its place is expected to take the role',
      act: {
        kind: 'EndPod',
        endPod: {
          podName: pod.name,
          podUID: pod.uid,
          holderServerID: undefined,
          idle: session,
          why: 'it stands by and does not take the free role',
          event: {
            type: 'Warning',
            reason: 'StandbyRestarted',
            action: 'RestartStandby',
            note: `${pod.name} was registered and did not take the role, which nobody holds since ${found.since.toISOString()}: its pod was restarted`,
            key: `no-takeover-${pod.uid}`,
          },
        },
      },
    },
  };
}

/**
 * Nobody is registered and what looks ready never will be. Only after a failover from a pod of this pair, which shows
 * that its processes do register under this path; one at a time, each successor given its time to come up.
 */
function lastZombie(facts: PairFacts, members: readonly Member[]): RemedyCandidate | undefined {
  const { pair } = facts;
  const policy = pair.spec.remediation.zombieStandby;
  const elected = findCondition(pair.status?.conditions, 'ActiveElected');
  const zombie = members.find(({ state }) => state === 'Zombie')?.pod;
  const failingOver = pair.status?.transition?.type === 'Failover';
  const registered = members.some(({ session }) => session !== undefined);
  if (policy === 'Never' || !zombie || !failingOver || registered || elected?.status !== 'False') return undefined;
  if (members.some(({ state }) => state === 'Terminating')) return undefined;
  const since = freeFrom(elected, facts.freeSince);
  const sinceMs = since.getTime();
  const othersMs = members.flatMap(({ pod }) => (pod && pod !== zombie ? pod.createdAt.getTime() : []));
  return {
    due: steadyDue(facts, Math.max(sinceMs, ...othersMs) + allowanceMs(facts)),
    remedy: {
      action: 'RestartPod',
      policy,
      podUID: zombie.uid,
      reason: 'ZombieStandby',
      evidence: `nobody holds the role since ${since.toISOString()} and no process is registered; ${zombie.name} looks ready and lost its session; etcd answers all the while`,
      risk: 'the pod is deleted in order; it could not serve',
      act: { kind: 'EndPod', endPod: restartOf(zombie) },
    },
  };
}

function restartOf({ name, uid, container: { id } }: PodView) {
  return {
    podName: name,
    podUID: uid,
    holderServerID: undefined,
    ...(id === undefined ? {} : { unregistered: { containerID: id, ready: true } }),
    why: 'it lost its session in etcd, and nobody holds the role',
    event: {
      type: 'Warning' as const,
      reason: 'ZombieStandbyRestarted' as const,
      action: 'RestartStandby',
      note: `${name} looked ready but had lost its session in etcd, and nobody held the role: its pod was restarted`,
      key: `zombie-${uid}`,
    },
  };
}
