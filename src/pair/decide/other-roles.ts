import type { Role } from '../../milvus/roles.ts';
import type { PairFacts } from '../facts.ts';
import type { PodView } from '../pod-view.ts';
import { leaseSeconds } from './lease-time.ts';
import { holderOf, memberStates, standbyOf, type Member } from './members.ts';
import { rolesKnown, type RoleSessions } from './role-sessions.ts';
import type { SeenStop } from './stops.ts';

/**
 * The further roles of a `mixture` (role mixcoord before 2.6). Each role of such a process is elected by itself, under a
 * lease of its own and in 2.2 with a server ID of its own, so that the pod that stands by for the first role may hold
 * another one: seen at most starts of a real 2.3.5.
 */

/** The pair's processes as etcd shows them for one further role. */
export interface RoleMembers {
  readonly role: Role;
  readonly sessions: RoleSessions;
  readonly members: readonly Member[];
  /** Processes that have stopped serving in this role. */
  readonly stops: readonly SeenStop[];
}

/** Joins the registrations for each further role with the pods, as is done for the first one. */
export function otherRoleMembers({
  etcd,
  pods,
  pair,
  deaths,
  otherStops,
  renewed,
  now,
}: PairFacts): readonly RoleMembers[] {
  if (!rolesKnown(etcd)) return [];
  const context = { now, ttlSeconds: leaseSeconds(etcd), deaths, ...(renewed ? { renewed } : {}) };
  return (etcd.otherRoles ?? []).map(({ role, sessions }) => {
    const known = pair.status?.roles?.find((found) => found.role === role)?.members ?? [];
    const stops = otherStops?.get(role) ?? [];
    return { role, sessions, members: memberStates(sessions, pods, { ...context, stops, known }), stops };
  });
}

/** A role that another pod holds than the one that is ACTIVE for the first role. */
export interface RoleElsewhere {
  readonly role: Role;
  readonly holder: Member;
}

/** Roles that are not held by the pod of the ACTIVE; known by its pod, for in 2.2 server IDs differ from role to role. */
export function rolesElsewhere(members: readonly Member[], others: readonly RoleMembers[]): readonly RoleElsewhere[] {
  const active = holderOf(members)?.pod?.uid;
  if (active === undefined) return [];
  return others.flatMap(({ role, members: registered }) => {
    const holder = holderOf(registered);
    return holder && holder.pod?.uid !== active ? [{ role, holder }] : [];
  });
}

/** Who a registration is, for people. */
export const nameOfMember = ({ pod, session }: Member): string =>
  pod?.name ?? session?.hostName ?? session?.address ?? '';

/** A role that no running process of the pair holds, with what is known of it; undefined: each has its holder. */
export function roleNotHeld(others: readonly RoleMembers[]): string | undefined {
  for (const { role, members, sessions } of others) {
    const holder = holderOf(members);
    if (sessions.holderUnreadable) return `who holds ${role} cannot be told: the value of its key is broken`;
    if (!holder) return `nobody holds ${role}`;
    if (holder.mayBeOurs) return `${nameOfMember(holder)} holds ${role}, and its pod's address is not known yet`;
    if (!holder.pod)
      return `${role} is held by ${nameOfMember(holder)} (server ID ${holder.session?.serverID ?? ''}), which is no running process of this pair: another one takes it over when that session ends`;
  }
  return undefined;
}

/** Roles that a process of the pair holds and that no other one would take over. */
export function rolesWithoutStandby(others: readonly RoleMembers[]): readonly Role[] {
  return others.flatMap(({ role, members }) => (holderOf(members) && !standbyOf(members) ? [role] : []));
}

/**
 * The members as a planned move must see them: a pod that stands by for the first role and is not registered for another
 * one would not take that over, so it is still starting.
 */
export function registeredForAll(members: readonly Member[], others: readonly RoleMembers[]): readonly Member[] {
  const lacksOne = ({ uid }: PodView) =>
    others.some(({ members: registered }) => !registered.some(({ pod, session }) => session && pod?.uid === uid));
  return members.map((member) =>
    member.state === 'Standby' && member.pod && lacksOne(member.pod) ? { ...member, state: 'Starting' } : member,
  );
}
