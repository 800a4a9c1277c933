import { findCondition, type Condition } from '../../api/conditions.ts';
import type { PairFacts } from '../facts.ts';
import { holderOf, type Member, type RegisteredMember } from './members.ts';
import { leaseSeconds } from './lease-time.ts';

/** A registered standby takes a free role within milliseconds; beyond the lease of a dead holder this is ample. */
const ALLOWANCE_MS = 30_000;

/** Processes that stand by although the role is free. */
export interface NoTakeover {
  readonly standbys: readonly RegisteredMember[];
  /** Since when nobody has held the role. */
  readonly since: Date;
  /** When that is longer than any takeover takes: one TTL and half a minute after it began. */
  readonly due: Date;
}

/**
 * Since when the role is free. The condition ActiveElected may have been False for long before that, because a stranger
 * or a dead process held the role; one that has said before that nobody takes it is taken at its word.
 */
export function freeFrom({ lastTransitionTime, reason }: Condition, freeSince: Date | undefined): Date {
  const unelected = new Date(lastTransitionTime);
  return reason === 'NoTakeover' || !freeSince || freeSince < unelected ? unelected : freeSince;
}

/**
 * Registered standbys beside a role that nobody holds; undefined while there are none, or somebody holds it. A standby
 * counts from its own start: one that has only just come up is about to take the role.
 */
export function noTakeover({ etcd, pair, freeSince }: PairFacts, members: readonly Member[]): NoTakeover | undefined {
  const elected = findCondition(pair.status?.conditions, 'ActiveElected');
  if (etcd.state !== 'Known' || etcd.sessions.broken.length > 0 || holderOf(members) || elected?.status !== 'False')
    return undefined;
  const standbys = members.filter(
    (member): member is RegisteredMember => member.state === 'Standby' && !!member.pod && !!member.session,
  );
  const since = freeFrom(elected, freeSince);
  const starts = standbys.flatMap(({ pod }) => pod.container.runningSince?.getTime() ?? []);
  if (starts.length === 0) return undefined;
  const fromMs = Math.max(since.getTime(), Math.min(...starts));
  return { standbys, since, due: new Date(fromMs + leaseSeconds(etcd) * 1000 + ALLOWANCE_MS) };
}
