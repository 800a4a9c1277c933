import type { PairFacts } from '../facts.ts';
import type { Member, RegisteredMember } from './members.ts';
import { standbyOf } from './members.ts';
import type { RoleSessions, Session } from './role-sessions.ts';

/** A lease to revoke: its process is proven dead. A lease ID is never used again, so a late revoke harms nobody. */
export interface RevokeLease {
  readonly session: Session;
  readonly evidence: string;
  /** The dead process holds the role: a standby on a living lease must be there to take it. */
  readonly successor?: RegisteredMember;
}

/** What is done about the registrations of dead processes, and why one is left alone. */
export interface DeadSessionsDecision {
  readonly revoke: readonly RevokeLease[];
  /** Why a dead holder's lease is left to run out, for people. */
  readonly waitingBecause?: string;
}

/**
 * Finds registrations whose process is proven dead. Ending a dead holder's lease turns up to a minute of waiting into
 * about a second; ending the wrong one would leave two ACTIVE processes for up to a third of the TTL (from 2.6.7), so
 * everything that is not proven waits, as Milvus does by itself.
 */
export function decideDeadSessions(facts: PairFacts, members: readonly Member[]): DeadSessionsDecision {
  const { etcd, pair, deaths } = facts;
  if (etcd.state !== 'Known' || pair.spec.remediation.deadHolder === 'Never') return { revoke: [] };
  const dead = registrationsOf(members).flatMap(({ session, holder }) => {
    const death = deaths.find(({ serverID, lease }) => serverID === session.serverID && lease === session.lease);
    return death && session.lease !== 0n ? [{ session, holder, evidence: death.evidence }] : [];
  });
  const orphans = dead.filter(({ holder }) => !holder).map(({ session, evidence }) => ({ session, evidence }));
  const holder = dead.find((registration) => registration.holder);
  // The lock first: a holder's lease is only ended under a transition that the status already shows.
  if (!holder || !pair.status?.transition) return { revoke: orphans };
  const { session, evidence } = holder;
  const forbidden = whyNot(etcd.sessions, members);
  if (forbidden !== undefined) return { revoke: orphans, waitingBecause: forbidden };
  const successor = standbyOf(members);
  return successor ? { revoke: [{ session, evidence, successor }, ...orphans] } : { revoke: orphans };
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
