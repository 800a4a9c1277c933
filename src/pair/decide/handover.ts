import type { EndPod, RoleHandover } from './disruption.ts';
import { holderOf, standbyOf } from './members.ts';
import type { RoleMembers } from './other-roles.ts';

/**
 * An end of a pod with what it means for the further roles of a `mixture`: who holds each, and who takes over those that
 * the pod holds. Undefined: the pod holds a role that nobody would take over, so it is left to work. Force is used on a
 * pod that has been told to end already, where waiting helps no role.
 */
export function withHandover(act: EndPod, others: readonly RoleMembers[]): EndPod | undefined {
  if (others.length === 0 || act.force) return act;
  const handovers = others.map(({ role, members }): RoleHandover & { readonly isAbandoned: boolean } => {
    const holder = holderOf(members);
    const isVictims = holder?.pod?.uid === act.podUID;
    const successor = isVictims ? standbyOf(members)?.session : undefined;
    return {
      role,
      ...(holder?.session ? { holderLease: holder.session.lease } : {}),
      ...(successor ? { successor } : {}),
      isAbandoned: isVictims && successor === undefined,
    };
  });
  if (handovers.some(({ isAbandoned }) => isAbandoned)) return undefined;
  return { ...act, others: handovers.map(({ isAbandoned: _, ...handover }) => handover) };
}
