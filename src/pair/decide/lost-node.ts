import type { PairFacts } from '../facts.ts';
import type { PodView } from '../pod-view.ts';
import { holderOf, type Member } from './members.ts';
import { addressesOf, isAt } from './registrations.ts';
import type { RemedyCandidate } from './remedy.ts';
import type { Session } from './role-sessions.ts';

/** Kubernetes itself evicts pods of an unreachable node after five minutes (default tolerationSeconds). */
export const LOST_AFTER_MS = 300_000;

/**
 * The pod that cannot go because the node that should report its end is lost: while it is there the StatefulSet makes no
 * other one of its name, so the pair stays without a standby. Deleting it by force proves nothing about its process, so
 * that must have lost its session already, and the other process of the pair must be ACTIVE.
 */
export function lostNode(facts: PairFacts, members: readonly Member[]): RemedyCandidate | undefined {
  const policy = facts.pair.spec.remediation.lostNode;
  const holder = holderOf(members);
  const lost = members.find((member) => member !== holder && isWithoutSession(member, facts) && lostAt(member, facts));
  const seen = lost && lostAt(lost, facts);
  const { pod } = lost ?? {};
  if (policy === 'Never' || holder?.state !== 'Active' || !holder.pod || !seen || !pod?.deletion) return undefined;
  return {
    due: seen.due,
    remedy: {
      action: 'ForceDeletePod',
      policy,
      podUID: pod.uid,
      reason: 'LostNode',
      evidence: `${pod.name} is in deletion since ${pod.deletion.requestedAt.toISOString()}; its node ${pod.nodeName ?? ''} ${seen.how}; its session in etcd has ended; ${holder.pod.name} (server ID ${holder.session?.serverID ?? ''}) is ACTIVE`,
      risk: 'its process may still run on the node, without a session: it can neither serve nor take over, and ends when the node is back',
      act: {
        kind: 'EndPod',
        endPod: {
          podName: pod.name,
          podUID: pod.uid,
          holderServerID: holder.session?.serverID,
          why: 'its node is lost and its session has ended',
          force: { graceSeconds: 0, nodeName: pod.nodeName ?? '', nodeReady: false },
          event: {
            type: 'Warning',
            reason: 'LostPodDeleted',
            action: 'ForceDeletePod',
            note: `${pod.name} was deleted by force: its node ${pod.nodeName ?? ''} ${seen.how}, and its session had ended`,
            key: `lost-${pod.uid}`,
          },
        },
      },
    },
  };
}

/** Neither its own registration is there, nor one that an earlier process left at its address. */
function isWithoutSession({ session, pod }: Member, { etcd }: PairFacts): boolean {
  if (session || !pod || etcd.state !== 'Known') return false;
  const { holder, members } = etcd.sessions;
  const registered = [...(holder ? [holder] : []), ...members];
  return !registered.some((other) => isOf(other, pod));
}

function isOf(session: Session, pod: PodView): boolean {
  return session.hostName === pod.name || isAt(session, addressesOf(pod));
}

function lostAt({ pod }: Member, { nodes, nodesWatched }: PairFacts): { due: Date; how: string } | undefined {
  if (!pod?.deletion || pod.nodeName === undefined || nodesWatched !== true) return undefined;
  const node = nodes.get(pod.nodeName);
  if (!node) return { due: pod.deletion.requestedAt, how: 'is gone' };
  if (node.ready || !node.notReadySince) return undefined;
  return {
    due: new Date(node.notReadySince.getTime() + LOST_AFTER_MS),
    how: `is not ready since ${node.notReadySince.toISOString()}`,
  };
}
