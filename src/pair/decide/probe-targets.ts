import type { Transition } from '../../api/coordinator-pair.ts';
import { roleFacts, type Role } from '../../milvus/roles.ts';
import { hostOfAddress, portOfAddress } from '../../milvus/session-value.ts';
import type { ProbeTarget } from '../../probe/types.ts';
import type { PodView } from '../pod-view.ts';
import type { Member } from './members.ts';
import type { RoleMembers } from './other-roles.ts';
import { wasReady } from './stops.ts';

/**
 * Which processes are polled: nobody while nothing happens. Often the one that is to give up its session (its pod is being
 * deleted, or a planned move is about to delete it; of a `mixture` any of its sessions), together with the other one, which shows that the operator
 * reaches the pair at all; now and then one that was healthy and is not, whose session or grace period still runs.
 */
export function probeTargets(
  members: readonly Member[],
  role: Role,
  transition: Transition | undefined,
  others: readonly RoleMembers[] = [],
): readonly ProbeTarget[] {
  const hasOtherRole = (pod: PodView) =>
    others.some((other) => other.members.some((member) => member.session && member.pod?.uid === pod.uid));
  const isLeaving = ({ pod, session, holder }: Member) =>
    pod !== undefined &&
    (session !== undefined || hasOtherRole(pod)) &&
    (pod.terminating || (holder && pod.name === leavingPod(transition)));
  const isSuspect = ({ pod, session }: Member) =>
    pod !== undefined && (wasReady(pod) || (pod.terminating && session === undefined));
  const pace = members.some(isLeaving) ? 'Fast' : 'Slow';
  const asked = pace === 'Fast' ? members : members.filter(isSuspect);
  return asked.flatMap((member) => targetOf(member, role, pace) ?? []);
}

/** The pod that a planned move takes the role from. */
function leavingPod(transition: Transition | undefined): string | undefined {
  return transition?.step === 'MovingActive' ? transition.from : undefined;
}

/** Pods with the network of their node share its address and are never bound: nothing can be told of them. */
function targetOf({ pod, session }: Member, role: Role, pace: ProbeTarget['pace']): ProbeTarget | undefined {
  if (!pod?.ip || !isRunning(pod) || pod.hostNetwork) return undefined;
  // Of several addresses of the pod the registered one is where its process serves.
  const host = session ? hostOfAddress(session.address) : pod.ip;
  const port = (session && portOfAddress(session.address)) ?? roleFacts[role].grpcPort;
  return { podUID: pod.uid, containerID: pod.container.id, host, port, pace };
}

function isRunning(pod: PodView): pod is PodView & { readonly container: { readonly id: string } } {
  return pod.container.id !== undefined && pod.container.runningSince !== undefined;
}
