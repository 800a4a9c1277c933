import type { Role } from '../../milvus/roles.ts';
import { hostOfAddress, portOfAddress } from '../../milvus/session-value.ts';
import type { ProbeAddress } from '../../probe/types.ts';
import type { PairFacts } from '../facts.ts';
import type { Member, RegisteredMember } from './members.ts';
import { standbyOf } from './members.ts';
import { storedMembers, storedMembersOf } from './other-role-status.ts';
import type { RoleMembers } from './other-roles.ts';
import type { RoleSessions, Session } from './role-sessions.ts';
import { stopOfPod } from './stops.ts';
import { deathsOf, stopsOf } from './status-parts.ts';

/**
 * A lease to revoke: its process is proven dead, or was told to stop and serves no more. A lease ID is never used again,
 * so a late revoke harms nobody.
 */
export interface RevokeLease {
  /** A further role of a `mixture` that the registration is for; absent: the role that stands for the process. */
  readonly role?: Role;
  readonly session: Session;
  readonly evidence: string;
  /** The process runs, and serves no more: it is asked again right before. */
  readonly stopping?: StoppingProcess;
  /** The dead process holds the role: a standby on a living lease must be there to take it. */
  readonly successor?: RegisteredMember;
}

/** The container of a process that serves no more, and where it is asked. */
export interface StoppingProcess extends ProbeAddress {
  /** The role in which it serves no more. */
  readonly role: Role;
  /** It may serve on in others, whose leases stay. */
  readonly hasOtherRoles: boolean;
  readonly podName: string;
  readonly podUID: string;
  readonly containerID: string;
}

/** What is done about the registrations of dead processes, and why one is left alone. */
export interface DeadSessionsDecision {
  readonly revoke: readonly RevokeLease[];
  /** Why a dead holder's lease is left to run out, for people. */
  readonly waitingBecause?: string;
}

/**
 * Finds registrations whose process is proven dead, or was told to stop and serves no more. Ending a dead holder's lease turns up to a minute of waiting into
 * about a second; ending the wrong one would leave two ACTIVE processes for up to a third of the TTL (from 2.6.7), so
 * everything that is not proven waits, as Milvus does by itself.
 */
export function decideDeadSessions(
  facts: PairFacts,
  members: readonly Member[],
  {
    role = facts.sessionRole,
    isLocked = () => facts.pair.status?.transition !== undefined,
  }: { readonly role?: Role; readonly isLocked?: (session: Session) => boolean } = {},
): DeadSessionsDecision {
  const { etcd, pair } = facts;
  const stopping = (member: Member & { readonly session: Session }) => stopOf(member, role, facts);
  if (etcd.state !== 'Known' || pair.spec.remediation.deadHolder === 'Never') return { revoke: [] };
  const dead = registrationsOf(members).flatMap((member) => {
    const { session, holder } = member;
    const end = session.lease === 0n ? undefined : (deathOf(session, facts) ?? stopping(member));
    return end ? [{ session, holder, end }] : [];
  });
  const orphans = dead.filter(({ holder }) => !holder).map(({ session, end }) => ({ session, ...end }));
  const holder = dead.find((registration) => registration.holder);
  if (!holder) return { revoke: orphans };
  const { session, end } = holder;
  const forbidden = whyNot(etcd.sessions, members);
  if (forbidden !== undefined) return { revoke: orphans, waitingBecause: forbidden };
  // The lock first: a holder's lease is only ended under a transition that the status already shows.
  if (!isLocked(session)) return { revoke: orphans };
  const successor = standbyOf(members);
  return successor ? { revoke: [{ session, ...end, successor }, ...orphans] } : { revoke: orphans };
}

type End = Pick<RevokeLease, 'evidence' | 'stopping'>;

function deathOf(session: Session, { deaths }: PairFacts): End | undefined {
  const death = deaths.find(({ serverID, lease }) => serverID === session.serverID && lease === session.lease);
  return death && { evidence: death.evidence };
}

/** What is known of a container is known of a registration only once that is bound to it. */
function stopOf(
  { session, pod }: Member & { readonly session: Session },
  role: Role,
  facts: PairFacts,
): End | undefined {
  const stop = stopOfPod(pod, facts.stops);
  const port = portOfAddress(session.address);
  if (!stop || !pod || port === undefined) return undefined;
  const isBound = facts.bindings.some(
    ({ serverID, lease, containerID }) =>
      serverID === session.serverID && lease === session.lease && containerID === stop.containerID,
  );
  if (!isBound) return undefined;
  const { podUID, containerID, evidence } = stop;
  const hasOtherRoles = facts.etcd.state === 'Known' && (facts.etcd.otherRoles ?? []).length > 0;
  const address = { host: hostOfAddress(session.address), port };
  return { evidence, stopping: { role, hasOtherRoles, podName: pod.name, podUID, containerID, ...address } };
}

/**
 * The same for each further role of a `mixture`, so that a dead process is freed of every lease it held, whatever it was
 * for the first role. There the lock is the record of the end: such a role has no transition of its own.
 */
export function deadSessionsOfOtherRoles(facts: PairFacts, others: readonly RoleMembers[]): readonly RevokeLease[] {
  const { etcd, pair, bindings } = facts;
  if (etcd.state !== 'Known') return [];
  const deaths = deathsOf(storedMembers(pair.status));
  return others.flatMap(({ role, sessions, members, stops }) => {
    const recorded = stopsOf(storedMembersOf(pair.status, role));
    const isLocked = ({ serverID, lease }: Session) => {
      const isOf = (known: { readonly serverID: bigint; readonly lease: bigint }) =>
        known.serverID === serverID && known.lease === lease;
      const container = bindings.find(isOf)?.containerID;
      return deaths.some(isOf) || recorded.some(({ containerID }) => containerID === container);
    };
    const ofRole = { ...facts, etcd: { ...etcd, sessions }, stops };
    return decideDeadSessions(ofRole, members, { role, isLocked }).revoke.map((act) => ({ ...act, role }));
  });
}

function registrationsOf(members: readonly Member[]): readonly (Member & { readonly session: Session })[] {
  return members.filter((member): member is Member & { session: Session } => member.session !== undefined);
}

/** What forbids ending a dead holder's lease. */
function whyNot({ olderLayout }: RoleSessions, members: readonly Member[]): string | undefined {
  if (!standbyOf(members)) return 'no standby is registered that could take the role';
  if (olderLayout.length > 0)
    return `coordinators of an older layout are registered (${olderLayout.join(', ')}) and would take the role before the standby`;
  return undefined;
}
