import { holderOf } from '../members.ts';
import type { Assessment, Finding } from './assessment.ts';

const type = 'NoConflict';

/** Whether names and role belong to this pair alone. */
export function noConflict({ facts, foreignChildren, members }: Assessment): Finding<typeof type> {
  if (facts.duplicateOf)
    return {
      type,
      status: 'False',
      reason: 'DuplicatePair',
      message: `CoordinatorPair ${facts.duplicateOf} already looks after ${facts.role} under the same etcd path; delete one of the two`,
    };
  const [foreign] = foreignChildren;
  if (foreign)
    return {
      type,
      status: 'False',
      reason: 'NameConflict',
      message: `${foreignChildren.map(({ kind, name, owner }) => `${kind} ${name} belongs to ${owner}`).join('; ')}: not touched; rename the pair, or delete the object, or give it the label ha.milvus.io/pair=${facts.pair.metadata.name} to have it taken over`,
    };
  const holder = holderOf(members);
  if (
    holder?.session &&
    !holder.pod &&
    holder.state === 'Gone' &&
    !wasOurs(facts.pair.status?.members, holder.session.serverID)
  )
    return {
      type,
      status: 'False',
      reason: 'ForeignMember',
      message: `the role is held by ${holder.session.hostName ?? 'a process'} at ${holder.session.address} (server ID ${holder.session.serverID}), which is no pod of this pair; stop that process, or check etcd.rootPath`,
    };
  return { type, status: 'True', reason: 'NoConflict', message: 'names and role belong to this pair alone' };
}

/** A holder without a pod that was a member before is the dead ACTIVE of a failover, not a stranger. */
function wasOurs(members: readonly { serverID?: string; podName?: string }[] | undefined, serverID: bigint): boolean {
  return members?.some((member) => member.serverID === String(serverID) && member.podName !== undefined) ?? false;
}
