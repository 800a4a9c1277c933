import type {
  CoordinatorPairStatus,
  HistoryEntry,
  LastFailover,
  RoleStatus,
  Transition,
} from '../../api/coordinator-pair.ts';
import type { PairFacts } from '../facts.ts';
import type { ProvenDeath } from './death.ts';
import type { EventDraft } from './event-draft.ts';
import { holderOf, type Member } from './members.ts';
import { awaitingHolder, withoutActiveSince } from './role-loss.ts';
import { memberReference } from './status-parts.ts';
import { stopOfPod, type SeenStop } from './stops.ts';

/** How the old ACTIVE's keys went: by itself, by its lease's end, or revoked by somebody else. */
type How = LastFailover['how'];

/** A lease is renewed at each third of its time, so a dead holder's keys live for at least two thirds of it. */
const SHORTEST_EXPIRY = 2 / 3;

/** What became of the role since the last look. */
export interface ActiveChange {
  readonly active?: RoleStatus;
  readonly transition?: Transition;
  readonly lastFailover?: LastFailover;
  /** The change that was completed, to go into the history. */
  readonly completed?: HistoryEntry;
  readonly events: readonly EventDraft[];
}

/** What a change of ACTIVE is judged with. */
export interface ActiveChangeContext {
  readonly now: Date;
  readonly ttlSeconds: number;
  /** The pair is meant to have no pods. */
  readonly stopped: boolean;
  readonly deaths: readonly ProvenDeath[];
  readonly stops: readonly SeenStop[];
  /** Leases that this operator ended of late. */
  readonly endedLeases: ReadonlySet<bigint>;
  readonly nodes: PairFacts['nodes'];
}

/**
 * Compares the holder that etcd shows with the one last reported, and tells the story between: an ACTIVE lost, one
 * elected, a failover completed, a planned change done. Only called while etcd is known.
 */
export function activeChange(
  members: readonly Member[],
  previous: CoordinatorPairStatus | undefined,
  { stopped, ...context }: ActiveChangeContext,
): ActiveChange {
  const holder = holderOf(members);
  const before = previous?.active;
  const transition = previous?.transition;
  const { now } = context;
  // Of two that end, the second may hold the role for a moment: nobody took over from anybody.
  if (stopped) return { ...(holder?.session ? { active: memberReference(holder, before, now) } : {}), events: [] };
  if (holder?.session) {
    const serverID = String(holder.session.serverID);
    if (before?.serverID === serverID) return sameHolder(holder, before, transition, context);
    return newHolder(holder, members, previous, context);
  }
  if (!before || transition) return { ...(transition ? { transition } : {}), events: [] };
  return activeLost(before, awaitingHolder(nameOf(before), 'ActiveKeyGone', now, now), 'its key in etcd is gone');
}

/**
 * The holder's process, as Kubernetes reports it: dead only when its pod is no more, or its container ended after the
 * registration was seen. An earlier end is that of the container before: a restarted process registers up to a second
 * before the API shows its container.
 */
function processEnded(holder: Member, { sinceTime }: RoleStatus): string | undefined {
  if (holder.state === 'Gone')
    return 'its registration is left over from a process that ended: its pod is gone or runs a newer process';
  const { terminated } = holder.pod?.container ?? {};
  if (!terminated || !(Date.parse(terminated.finishedAt ?? '') > Date.parse(sinceTime))) return undefined;
  return `its container ended with exit code ${terminated.exitCode} (${terminated.reason ?? 'no reason given'})`;
}

function sameHolder(
  holder: Member,
  before: RoleStatus,
  transition: Transition | undefined,
  { now, ttlSeconds, deaths, stops }: Omit<ActiveChangeContext, 'stopped'>,
): ActiveChange {
  const active = holder.pod ? memberReference(holder, before, now) : before;
  const death = deaths.find(({ serverID }) => serverID === holder.session?.serverID);
  const stop = death ? undefined : stopOfPod(holder.pod, stops);
  const ended = death?.evidence ?? stop?.evidence ?? processEnded(holder, before);
  const failingOver = transition?.type === 'Failover';
  // What was never seen in a pod of ours is a stranger (condition NoConflict), not an ACTIVE that was lost.
  if (ended && !transition && before.podName !== undefined) {
    const started: Transition = {
      type: 'Failover',
      from: nameOf(active),
      reason: stop ? 'ActiveStopping' : 'ActiveProcessEnded',
      step: 'AwaitingLease',
      startTime: now.toISOString(),
      deadlineTime: new Date(now.getTime() + ttlSeconds * 1000).toISOString(),
    };
    return { ...activeLost(active, started, ended), active };
  }
  const kept = failingOver && !ended && !isRestarting(holder, transition, now) ? undefined : transition;
  return { active, ...(kept ? { transition: kept } : {}), events: [] };
}

/**
 * After a restart in place the dead process's registration looks like the new one's until that registers too: a
 * failover that has begun is not taken back for it before the lease must have ended.
 */
function isRestarting({ pod }: Member, { reason, deadlineTime }: Transition, now: Date): boolean {
  return (
    reason === 'ActiveProcessEnded' &&
    pod?.container.lastTerminated !== undefined &&
    now.getTime() < Date.parse(deadlineTime)
  );
}

function activeLost(from: RoleStatus, started: Transition, evidence: string): ActiveChange {
  const pod = nameOf(from);
  return {
    transition: started,
    events: [
      {
        type: 'Warning',
        reason: 'ActiveLost',
        action: 'ObserveActive',
        note: `${pod} (server ID ${from.serverID}) is no longer a working ACTIVE: ${evidence}`,
        key: `lost-${from.serverID}`,
      },
      {
        type: 'Warning',
        reason: 'FailoverStarted',
        action: 'AwaitNewActive',
        note: `waiting for the standby to take over from ${pod}, at the latest when the lease ends`,
        key: `failover-started-${from.serverID}`,
      },
    ],
  };
}

function newHolder(
  holder: Member,
  members: readonly Member[],
  previous: CoordinatorPairStatus | undefined,
  context: Omit<ActiveChangeContext, 'stopped'>,
): ActiveChange {
  const { now, deaths } = context;
  const { active: before, transition } = previous ?? {};
  const active = memberReference(holder, before, now);
  const from = before ? nameOf(before) : transition?.from;
  const elected: EventDraft = {
    type: 'Normal',
    reason: 'ActiveElected',
    action: 'ObserveActive',
    note: `${nameOf(active)} (server ID ${active.serverID}) holds the role`,
    key: `elected-${active.serverID}`,
  };
  if (from === undefined) return { active, events: [elected], ...(transition ? { transition } : {}) };

  const planned = plannedMove(transition, from, nameOf(active));
  const failover = transition?.type === 'Failover' ? transition : undefined;
  const diedAt = diedBefore(previous, deaths, now);
  const noticed = (planned ?? failover)?.startTime ?? noticedTime(previous, diedAt, now).toISOString();
  const died = transition?.reason === 'ActiveProcessEnded' ? new Date(transition.startTime) : diedAt;
  const how = wasTaken(previous, context.endedLeases)
    ? 'LeaseRevoked'
    : howKeysWent(members, from, { died, stopped: stoppedBefore(previous) }, context);
  const durationMilliseconds = Math.max(0, now.getTime() - Date.parse(noticed));
  const reason = (planned ?? failover)?.reason ?? 'ActiveChangedUnseen';
  const change = { from, to: nameOf(active), reason, how, durationMilliseconds };
  const completed: HistoryEntry = { time: now.toISOString(), type: planned?.type ?? 'Failover', ...change };
  if (planned) return { active, transition: planned, completed, events: [elected] };
  const lastFailover: LastFailover = { ...change, noticedTime: noticed, endTime: now.toISOString() };
  return {
    active,
    ...(transition && transition.type !== 'Failover' ? { transition } : {}),
    lastFailover,
    completed,
    events: [
      elected,
      {
        type: 'Warning',
        reason: 'FailoverCompleted',
        action: 'ObserveActive',
        note: `${nameOf(active)} took over from ${from} ${durationMilliseconds} ms after the loss was noticed (${how})`,
        key: `failover-${active.serverID}`,
      },
    ],
  };
}

/** A change of ACTIVE that a switchover or a rollout asked for: away from the pod it named. */
function plannedMove(transition: Transition | undefined, from: string, to: string): Transition | undefined {
  const planned =
    transition?.type === 'Switchover' || (transition?.type === 'Rollout' && transition.step === 'MovingActive');
  return planned && transition.from === from && to !== from ? transition : undefined;
}

/** What people know a process by: its pod, or where it is none of ours its address. */
function nameOf({ podName, address }: RoleStatus): string {
  return podName ?? address;
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
  const seen = [died, withoutActiveSince(previous)].flatMap((time) => time?.getTime() ?? []);
  return new Date(Math.min(now.getTime(), ...seen));
}

/** Since when the old ACTIVE was known to serve no more, its keys still there. */
function stoppedBefore(previous: CoordinatorPairStatus | undefined): Date | undefined {
  const { stoppingTime } =
    previous?.members?.find(({ serverID }) => serverID !== undefined && serverID === previous.active?.serverID) ?? {};
  return stoppingTime === undefined ? undefined : new Date(stoppingTime);
}

/** Whether the session of the ACTIVE was ended by this operator, or because that was approved. */
function wasTaken(previous: CoordinatorPairStatus | undefined, endedLeases: ReadonlySet<bigint>): boolean {
  const leaseID = previous?.members?.find(({ serverID }) => serverID === previous.active?.serverID)?.leaseID;
  if (leaseID !== undefined && endedLeases.has(BigInt(leaseID))) return true;
  const { action, result, time = '' } = previous?.lastApproval ?? {};
  if (action !== 'RevokeLease') return false;
  const lost = withoutActiveSince(previous);
  return result === 'Approved' || (result === 'Completed' && lost !== undefined && Date.parse(time) >= lost.getTime());
}

/**
 * A process that ends in order deletes its keys before it goes; the dead cannot, so their keys live until the lease
 * ends, at least two thirds of it, unless somebody revokes it. Nor can those whose node is cut off.
 */
function howKeysWent(
  members: readonly Member[],
  from: string,
  { died, stopped }: { readonly died: Date | undefined; readonly stopped: Date | undefined },
  { now, ttlSeconds, nodes }: Pick<ActiveChangeContext, 'now' | 'ttlSeconds' | 'nodes'>,
): How {
  const isEarly = (since: Date) => now.getTime() - since.getTime() < ttlSeconds * 1000 * SHORTEST_EXPIRY;
  if (died) return isEarly(died) ? 'LeaseRevoked' : 'LeaseExpired';
  if (stopped) return isEarly(stopped) ? 'Released' : 'LeaseExpired';
  const pod = members.find((member) => member.pod?.name === from)?.pod;
  if (pod && nodes.get(pod.nodeName ?? '')?.ready === false) return 'LeaseExpired';
  const crash = pod?.container.terminated ?? pod?.container.lastTerminated;
  return crash && crash.exitCode !== 0 && !pod?.terminating ? 'LeaseExpired' : 'Released';
}
