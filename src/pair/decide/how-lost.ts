import type { CoordinatorPairStatus, LastFailover, MemberStatus } from '../../api/coordinator-pair.ts';
import type { PairFacts } from '../facts.ts';
import type { ProvenDeath } from './death.ts';
import type { Member } from './members.ts';
import { withoutActiveSince } from './role-loss.ts';

/** How the old ACTIVE's keys went: by itself, by its lease's end, ended by somebody else, or nothing of these was seen. */
type How = LastFailover['how'];

/** A lease is renewed at each third of its time, so a dead holder's keys live for at least two thirds of it. */
const SHORTEST_EXPIRY = 2 / 3;

/** How a role was lost, and since when nobody has served it, as far as it was seen. */
export interface RoleLoss {
  readonly how: How;
  readonly since: Date;
}

/** What is known besides members and status. */
type LossContext = Pick<PairFacts, 'now' | 'deaths' | 'nodes' | 'endedSessions' | 'unwatched'> & {
  readonly ttlSeconds: number;
};

/** How the ACTIVE `from` came to lose the role, which another process holds by now. */
export function roleLoss(
  members: readonly Member[],
  previous: CoordinatorPairStatus | undefined,
  from: string,
  context: LossContext,
): RoleLoss {
  const { now, deaths } = context;
  const transition = previous?.transition;
  const before = memberBefore(previous, from);
  const diedAt = diedBefore(previous, deaths, now);
  const ends: Ends = {
    died: transition?.reason === 'ActiveProcessEnded' ? new Date(transition.startTime) : diedAt,
    stopped: timeOf(before?.stoppingTime),
    silent: timeOf(before?.silentTime),
  };
  const how = wasTaken(previous, from, context) ? 'LeaseRevoked' : howKeysWent(members, from, ends, context);
  const failover = transition?.type === 'Failover' ? new Date(transition.startTime) : undefined;
  const noticed = failover ?? noticedTime(previous, diedAt, now);
  return { how, since: ends.silent && ends.silent < noticed ? ends.silent : noticed };
}

/** What was seen of the old ACTIVE while its keys were still there. */
interface Ends {
  readonly died: Date | undefined;
  /** Told to stop, and served no more. */
  readonly stopped: Date | undefined;
  /** Gave no answer any more. */
  readonly silent: Date | undefined;
}

function timeOf(text: string | undefined): Date | undefined {
  return text === undefined ? undefined : new Date(text);
}

/** The old ACTIVE as it was told of last; its keys may have gone since. */
function memberBefore(previous: CoordinatorPairStatus | undefined, from: string): MemberStatus | undefined {
  const { members = [], active } = previous ?? {};
  return (
    members.find(({ serverID }) => serverID !== undefined && serverID === active?.serverID) ??
    members.find(({ podName, serverID }) => podName === from && serverID === undefined)
  );
}

/** When the old ACTIVE was found dead with its keys still there: an end seen with the new holder tells no order. */
function diedBefore(
  previous: CoordinatorPairStatus | undefined,
  deaths: readonly ProvenDeath[],
  now: Date,
): Date | undefined {
  const death = deaths.find(({ serverID }) => previous?.active?.serverID === String(serverID));
  return death && death.seenTime < now ? death.seenTime : undefined;
}

/**
 * When a loss was seen first that no failover was recorded for, because another change held the lock, or nobody looked.
 * A stranger that held the role is not an ACTIVE that was lost.
 */
function noticedTime(previous: CoordinatorPairStatus | undefined, died: Date | undefined, now: Date): Date {
  if (previous?.active && previous.active.podName === undefined) return now;
  const free = timeOf(previous?.lastActive?.time);
  const seen = [died, free, withoutActiveSince(previous)].flatMap((time) => time?.getTime() ?? []);
  return new Date(Math.min(now.getTime(), ...seen));
}

/** Whether the session of the ACTIVE was ended by this operator, or because that was approved. */
function wasTaken(
  previous: CoordinatorPairStatus | undefined,
  from: string,
  { endedSessions }: Pick<LossContext, 'endedSessions'>,
): boolean {
  const { transition, lastApproval } = previous ?? {};
  // The operator ends the session of an ACTIVE under a transition only.
  if (transition && endedSessions.some(({ of, time }) => of === from && time >= new Date(transition.startTime)))
    return true;
  const { action, result, time = '' } = lastApproval ?? {};
  if (action !== 'RevokeLease') return false;
  const lost = withoutActiveSince(previous);
  return result === 'Approved' || (result === 'Completed' && lost !== undefined && Date.parse(time) >= lost.getTime());
}

/**
 * A process that ends in order deletes its keys before it goes; the dead and the frozen cannot, so their keys live until
 * the lease ends, unless somebody revokes it. Nor can those whose node is cut off. Where nothing of that was seen it is
 * not known: of a change that nobody watched only that the keys of a dead process went early is certain.
 */
function howKeysWent(
  members: readonly Member[],
  from: string,
  { died, stopped, silent }: Ends,
  { now, ttlSeconds, nodes, unwatched }: LossContext,
): How {
  const isEarly = (since: Date) => now.getTime() - since.getTime() < ttlSeconds * 1000 * SHORTEST_EXPIRY;
  if (unwatched) return died && isEarly(died) ? 'LeaseRevoked' : 'Unknown';
  if (died) return isEarly(died) ? 'LeaseRevoked' : 'LeaseExpired';
  if (stopped) return isEarly(stopped) ? 'Released' : 'LeaseExpired';
  if (silent) return 'LeaseExpired';
  const pod = members.find((member) => member.pod?.name === from)?.pod;
  if (pod && nodes.get(pod.nodeName ?? '')?.ready === false) return 'LeaseExpired';
  if (!pod || pod.terminating) return 'Released';
  const end = pod.container.terminated ?? pod.container.lastTerminated;
  if (!end) return 'Unknown';
  if (end.exitCode === 0) return 'Released';
  // A process may end because it has lost its session: then the keys went first, and nobody knows by whom.
  const finished = timeOf(end.finishedAt);
  return finished && !isEarly(finished) ? 'LeaseExpired' : 'Unknown';
}
