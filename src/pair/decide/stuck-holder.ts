import { has } from '../../milvus/releases.ts';
import type { MilvusVersion } from '../../milvus/version.ts';
import type { PairFacts } from '../facts.ts';
import type { PodView } from '../pod-view.ts';
import { holderOf, standbyOf, type Member, type RegisteredMember } from './members.ts';
import type { Remedy, RemedyCandidate } from './remedy.ts';
import type { Session } from './role-sessions.ts';

/** Milvus stops within seconds or not at all, whatever grace it is given: milvus-operator gives 30 days. */
export const STUCK_AFTER_MS = 120_000;
/** A kubelet that kills at the end of the grace period has reported it by then. */
export const KUBELET_MS = 10_000;

/** The ACTIVE that was told to stop and does not. */
interface Stuck {
  readonly pod: PodView;
  readonly session: Session;
  readonly requestedAt: Date;
  readonly graceSeconds: number;
  readonly nodeName: string;
  readonly standby: RegisteredMember | undefined;
}

/**
 * The ACTIVE that was told to stop and does not: its pod has been in deletion for longer than its grace period, or two
 * minutes, its process still runs and holds the role. First its grace period is cut to a second. Kubelets since
 * Kubernetes 1.22 keep to the first one all the same until they are restarted (kubernetes#83916, kubernetes#113717;
 * seen with 1.35): then its session is all that can be taken from it, which is never done without asking.
 *
 * On a node that is not ready nothing is known of the process, and nothing is done but to wait for its lease.
 */
export function stuckHolder(
  { pair, nodes, version }: PairFacts,
  members: readonly Member[],
): RemedyCandidate | undefined {
  const policy = pair.spec.remediation.stuckHolder;
  const { pod, session } = holderOf(members) ?? {};
  const nodeName = pod?.nodeName ?? '';
  if (policy === 'Never' || !session || !nodes.get(nodeName)?.ready) return undefined;
  if (!pod?.deletion || !pod.container.runningSince) return undefined;
  const stuck: Stuck = { pod, session, nodeName, standby: standbyOf(members), ...pod.deletion };
  const { requestedAt, graceSeconds } = stuck;
  const due = new Date(requestedAt.getTime() + Math.min(graceSeconds * 1000, STUCK_AFTER_MS) + KUBELET_MS);
  if (graceSeconds > 1) return { due, remedy: cutGrace(stuck, policy) };
  const remedy = session.lease === 0n ? undefined : takeSession(stuck, version);
  return remedy && { due, remedy };
}

/** Names the successor: an approval counts for exactly what was shown. */
function evidenceOf({ pod, session, requestedAt, graceSeconds, nodeName, standby }: Stuck): string {
  const successor = standby ? `${standby.pod.name} is registered to take over` : 'no standby is registered';
  return `${pod.name} was told to stop at ${requestedAt.toISOString()} with ${graceSeconds} s of grace, runs and still holds the role (server ID ${session.serverID}); its node ${nodeName} is ready; ${successor}`;
}

function cutGrace(stuck: Stuck, policy: Remedy['policy']): Remedy {
  const { pod, session, requestedAt, nodeName, standby } = stuck;
  const successor = standby
    ? `${standby.pod.name} takes over once its end is proven, or its session has run out`
    : 'no standby is registered: nobody serves until a new process has started';
  return {
    action: 'StopPod',
    policy: policy === 'Auto' && standby ? 'Auto' : 'Approve',
    podUID: pod.uid,
    reason: 'StuckHolder',
    evidence: evidenceOf(stuck),
    risk: `the process is killed without stopping in order; ${successor}`,
    act: {
      kind: 'EndPod',
      endPod: {
        podName: pod.name,
        podUID: pod.uid,
        holderServerID: session.serverID,
        ...(standby ? { successor: standby.session } : {}),
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
  };
}

/**
 * What a process does when its session is taken while it hangs in its stop. Up to 2.3 its answer is to stop, which it
 * is at already (milvus#30310). From 2.4 on it exits: within 2 s, from 2.6.7 on at its next keepalive (session code of
 * 2.2.8 to 3.x, run).
 */
function afterwards(version: MilvusVersion | undefined): string {
  if (!version || !has(version, 'exitsWithoutLease'))
    return 'before Milvus 2.4 it may go on working beside the new ACTIVE, on the same metadata, until it is killed';
  return has(version, 'noticesAtKeepalive')
    ? 'it ends within a third of the session TTL, and until then may work beside the new ACTIVE'
    : 'it ends within 2 s, and until then may work beside the new ACTIVE';
}

function takeSession(stuck: Stuck, version: MilvusVersion | undefined): Remedy | undefined {
  const { pod, session, standby } = stuck;
  if (!standby) return undefined;
  return {
    action: 'RevokeLease',
    policy: 'Approve',
    podUID: pod.uid,
    reason: 'StuckHolder',
    evidence: `${evidenceOf(stuck)}; its kubelet has not killed it`,
    risk: `the process runs when its session is taken: ${afterwards(version)}; restarting the kubelet of ${stuck.nodeName}, which then kills it, is the way without that`,
    act: {
      kind: 'RevokeLease',
      revoke: { session, successor: standby, evidence: 'it was told to stop, does not, and that was approved' },
    },
  };
}
