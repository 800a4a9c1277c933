import type {
  CoordinatorPairStatus,
  HistoryEntry,
  LastFailover,
  RoleStatus,
  Transition,
} from '../../api/coordinator-pair.ts';
import { exitText } from '../../kube/container-end.ts';
import type { PairFacts } from '../facts.ts';
import type { ProvenDeath } from './death.ts';
import type { EventDraft } from './event-draft.ts';
import { roleLoss } from './how-lost.ts';
import { nameOf, withoutStopped } from './last-active.ts';
import { holderOf, type Member } from './members.ts';
import { awaitingHolder } from './role-loss.ts';
import { memberReference } from './status-parts.ts';
import { stopOfPod, type SeenStop } from './stops.ts';

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
  readonly endedSessions: PairFacts['endedSessions'];
  readonly nodes: PairFacts['nodes'];
  readonly unwatched?: true;
}

/**
 * Compares the holder that etcd shows with the one last reported, and tells the story between: an ACTIVE lost, one
 * elected, a failover completed, a planned change done. Only called while etcd is known.
 */
export function activeChange(
  members: readonly Member[],
  reported: CoordinatorPairStatus | undefined,
  { stopped, ...context }: ActiveChangeContext,
): ActiveChange {
  const holder = holderOf(members);
  const previous = stopped ? reported : withoutStopped(reported);
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
  return `its container ended with ${exitText(terminated)}`;
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
  const { now } = context;
  const { active: before, transition } = previous ?? {};
  const active = memberReference(holder, before, now);
  const from = before ? nameOf(before) : (previous?.lastActive?.name ?? transition?.from);
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
  const { how, since } = roleLoss(members, previous, from, context);
  const noticed = planned?.startTime ?? since.toISOString();
  // Of a change that nobody watched it is not known when it was over.
  const lasted = context.unwatched ? undefined : Math.max(0, now.getTime() - Date.parse(noticed));
  const reason = (planned ?? failover ?? previous?.lastActive)?.reason ?? 'ActiveChangedUnseen';
  const duration = lasted === undefined ? {} : { durationMilliseconds: lasted };
  const change = { from, to: nameOf(active), reason, how, ...duration };
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
        note: takenOver(nameOf(active), from, how, lasted),
        key: `failover-${active.serverID}`,
      },
    ],
  };
}

function takenOver(to: string, from: string, how: LastFailover['how'], durationMs: number | undefined): string {
  if (durationMs !== undefined)
    return `${to} took over from ${from} ${durationMs} ms after the loss was noticed (${how})`;
  const known = how === 'Unknown' ? 'when and how is not known' : `when is not known (${how})`;
  return `${to} took over from ${from} while the operator was away or could not read etcd: ${known}`;
}

/** A change of ACTIVE that a switchover or a rollout asked for: away from the pod it named. */
function plannedMove(transition: Transition | undefined, from: string, to: string): Transition | undefined {
  const planned =
    transition?.type === 'Switchover' || (transition?.type === 'Rollout' && transition.step === 'MovingActive');
  return planned && transition.from === from && to !== from ? transition : undefined;
}
