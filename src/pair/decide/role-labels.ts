import type { RoleLabel } from '../../api/names.ts';
import type { PodView } from '../pod-view.ts';
import type { Member } from './members.ts';

/** A role label to put on a pod, or (`role` absent) to take off it. */
export interface RoleLabelChange {
  readonly podName: string;
  readonly podUID: string;
  readonly role?: RoleLabel;
}

/**
 * The label changes that make the pods' role labels say what etcd says. A label that says `active` wrongly goes first,
 * so that the active Service never has two endpoints; nothing waits for the old pod to go.
 */
export function roleLabelChanges(members: readonly Member[]): readonly RoleLabelChange[] {
  const changes: RoleLabelChange[] = [];
  for (const member of members) {
    const { pod } = member;
    const role = roleOf(member);
    if (pod && pod.roleLabel !== role)
      changes.push({ podName: pod.name, podUID: pod.uid, ...(role === undefined ? {} : { role }) });
  }
  return changes.sort((a, b) => rank(a) - rank(b));
}

/** The changes that take every role label off: nothing of ours may point at a pod any more. */
export function roleLabelRemovals(pods: readonly PodView[]): readonly RoleLabelChange[] {
  return pods.flatMap(({ name, uid, roleLabel }) => (roleLabel === undefined ? [] : [{ podName: name, podUID: uid }]));
}

function roleOf({ session, holder }: Member): RoleLabel | undefined {
  if (!session) return undefined;
  return holder ? 'active' : 'standby';
}

function rank({ role }: RoleLabelChange): number {
  return role === 'active' ? 1 : 0;
}
