import type { CoordinatorPairStatus, MemberStatus, RolesStatus } from '../../api/coordinator-pair.ts';
import type { Role } from '../../milvus/roles.ts';
import type { PairFacts } from '../facts.ts';
import { holderOf, type Member } from './members.ts';
import { nameOfMember, rolesElsewhere, type RoleMembers } from './other-roles.ts';
import { memberReference, memberStatuses } from './status-parts.ts';

/** What the CRD accepts (maxLength). */
const MAX_LENGTH = 512;

/** The roles that another process than the ACTIVE holds, each with its pod; undefined: the ACTIVE holds them all. */
export function splitText(members: readonly Member[], others: readonly RoleMembers[]): string | undefined {
  const elsewhere = rolesElsewhere(members, others);
  if (elsewhere.length === 0) return undefined;
  return elsewhere
    .map(({ role, holder }) => `${role} on ${nameOfMember(holder)}`)
    .join(', ')
    .slice(0, MAX_LENGTH);
}

/** `status.roles` and `status.split` of a `mixture`; empty for every other pair. */
export function otherRoleStatus(
  facts: PairFacts,
  active: CoordinatorPairStatus['active'],
  members: readonly Member[],
  others: readonly RoleMembers[],
): Pick<CoordinatorPairStatus, 'roles' | 'split'> {
  if (others.length === 0) return {};
  const { now, pair, sessionRole } = facts;
  const split = splitText(members, others);
  const roles = others.map(({ role, stops, members: registered }): RolesStatus => {
    const before = pair.status?.roles?.find((known) => known.role === role);
    const holder = holderOf(registered);
    const sessions = registered.filter(({ session }) => session !== undefined);
    return {
      role,
      ...(holder ? { active: memberReference(holder, before?.active, now) } : {}),
      members: memberStatuses(sessions, { ...facts, stops }, before?.members),
    };
  });
  return { roles: [{ role: sessionRole, ...(active ? { active } : {}) }, ...roles], ...(split ? { split } : {}) };
}

/** The sessions that a status holds for a further role. */
export function storedMembersOf(
  status: CoordinatorPairStatus | undefined,
  role: Role,
): readonly MemberStatus[] | undefined {
  return status?.roles?.find((known) => known.role === role)?.members;
}

/** Every session that a status holds, of each role. */
export function storedMembers(status: CoordinatorPairStatus | undefined): readonly MemberStatus[] {
  return [...(status?.members ?? []), ...(status?.roles ?? []).flatMap(({ members }) => members ?? [])];
}
