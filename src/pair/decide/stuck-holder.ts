import type { PairFacts } from '../facts.ts';
import { holderOf, standbyOf, type Member } from './members.ts';
import type { RemedyCandidate } from './remedy.ts';

/** Milvus stops within seconds or not at all, whatever grace it is given: milvus-operator gives 30 days. */
export const STUCK_AFTER_MS = 120_000;

/**
 * The ACTIVE that was told to stop and does not: its pod has been in deletion for longer than its grace period, or two
 * minutes, and it still holds the role. On a node that is ready its kubelet can kill it and report its end; on one that
 * is not, nothing can be done but to wait for the lease (lost-node.ts follows).
 */
export function stuckHolder({ pair, nodes }: PairFacts, members: readonly Member[]): RemedyCandidate | undefined {
  const holder = holderOf(members);
  const { pod, session } = holder ?? {};
  const policy = pair.spec.remediation.stuckHolder;
  if (!pod?.deletion || !session || policy === 'Never' || !nodes.get(pod.nodeName ?? '')?.ready) return undefined;
  const { requestedAt, graceSeconds } = pod.deletion;
  const nodeName = pod.nodeName ?? '';
  const standby = standbyOf(members);
  const successor = standby
    ? `${standby.pod.name} takes over once its end is proven, or its session has run out`
    : 'no standby is registered: nobody serves until a new process has started';
  return {
    due: new Date(requestedAt.getTime() + Math.min(graceSeconds * 1000, STUCK_AFTER_MS)),
    remedy: {
      action: 'StopPod',
      policy: policy === 'Auto' && standby ? 'Auto' : 'Approve',
      podUID: pod.uid,
      reason: 'StuckHolder',
      evidence: `${pod.name} was told to stop at ${requestedAt.toISOString()} with ${graceSeconds} s of grace and still holds the role (server ID ${session.serverID}); its node ${nodeName} is ready`,
      risk: `the process is killed without stopping in order; ${successor}`,
      act: {
        kind: 'EndPod',
        endPod: {
          podName: pod.name,
          podUID: pod.uid,
          holderServerID: session.serverID,
          why: 'it was told to stop, does not, and holds the role',
          force: { graceSeconds: 1, nodeName, nodeReady: true },
          event: {
            type: 'Warning',
            reason: 'StuckHolderKilled',
            action: 'StopActive',
            note: `${pod.name} was told to stop at ${requestedAt.toISOString()}, did not, and held the role: its grace period was cut to one second`,
            key: `stuck-${pod.uid}`,
          },
        },
      },
    },
  };
}
