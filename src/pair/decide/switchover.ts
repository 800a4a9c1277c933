import type { CoordinatorPair, CoordinatorPairStatus, LastSwitchover, Transition } from '../../api/coordinator-pair.ts';
import { annotations } from '../../api/names.ts';
import type { EndPod } from './disruption.ts';
import type { EventDraft } from './event-draft.ts';
import { holderOf, standbyOf, type Member } from './members.ts';
import { awaitingHolder, withoutActiveSince } from './role-loss.ts';

/** A switchover that has not happened by then has failed: Milvus' own stop takes seconds, a pod's grace 60 s. */
export const SWITCHOVER_DEADLINE_MS = 120_000;

/** What a switchover request leads to, next to what is going on already. */
export interface SwitchoverDecision {
  readonly transition?: Transition;
  readonly record?: LastSwitchover;
  readonly endPod?: EndPod;
  /** The move that was given up: its deadline is over. */
  readonly failed?: Transition;
  readonly events: readonly EventDraft[];
}

/** The world a switchover is decided in. */
export interface SwitchoverContext {
  readonly now: Date;
  /** Value of the switchover annotation; absent or already used: nothing is asked for. */
  readonly token?: string;
  readonly previous?: CoordinatorPairStatus;
  readonly members: readonly Member[];
  /** Hash of the template that pods should have been made from. */
  readonly templateHash?: string;
  /** The transition as the change of ACTIVE left it: a lock against any other act. */
  readonly transition?: Transition;
  /** The pair's spec is valid, its mode lets the operator act, and it is meant to run. */
  readonly mayAct: boolean;
  /** Until when nothing is moved because ACTIVE changes too often. */
  readonly flappingUntil?: Date;
  /** Registered coordinators of an older layout: they would snatch the role. */
  readonly olderLayout: readonly string[];
}

/**
 * Starts, carries on or refuses a switchover. A token is used once: one that was there before the pair was first seen
 * is recorded without an act, a refused one is not tried again.
 */
export function decideSwitchover(context: SwitchoverContext): SwitchoverDecision {
  const { transition, token, previous, now } = context;
  if (transition?.type === 'Switchover') return carryOn(context, transition);
  if (token === undefined || token === previous?.lastSwitchover?.token) return keep(transition);
  const ignored = ignoredToken(token, previous, now);
  if (ignored) return { ...keep(transition), record: ignored };
  const refusal = refusalOf(context);
  const holder = holderOf(context.members);
  if (refusal || !holder?.pod) return refuse(context, token, refusal ?? 'NoActive');
  return start(context, token, holder.pod.name);
}

/** What the CRD accepts as `lastSwitchover.token` (maxLength). */
const MAX_TOKEN_LENGTH = 256;

/** The token by which a pair asks; a longer one than the status can hold is answered by its beginning. */
export function askedToken({ metadata }: CoordinatorPair): string | undefined {
  return metadata.annotations?.[annotations.switchover]?.slice(0, MAX_TOKEN_LENGTH);
}

/** A token that was there before the pair was first seen is no request to this operator: recorded, not carried out. */
export function ignoredToken(
  token: string | undefined,
  previous: CoordinatorPairStatus | undefined,
  now: Date,
): LastSwitchover | undefined {
  if (token === undefined || previous?.observedGeneration !== undefined) return undefined;
  return { token, result: 'Ignored', reason: 'FoundAtFirstSight', time: now.toISOString() };
}

function keep(transition: Transition | undefined): SwitchoverDecision {
  return { ...(transition ? { transition } : {}), events: [] };
}

/** Why a switchover cannot start now: a reason of docs/reference. */
function refusalOf({
  members,
  transition,
  mayAct,
  flappingUntil,
  templateHash,
  olderLayout,
}: SwitchoverContext): string | undefined {
  const holder = holderOf(members);
  const standby = standbyOf(members);
  if (flappingUntil) return 'Flapping';
  if (!mayAct) return 'NotManaged';
  if (transition) return 'TransitionInProgress';
  if (!holder?.pod || holder.state === 'Gone') return 'NoActive';
  if (!standby) return 'NoStandby';
  if (olderLayout.length > 0) return 'OlderLayout';
  if (standby.pod.templateHash !== templateHash) return 'StandbyOutdated';
  return undefined;
}

const REFUSALS: Readonly<Record<string, string>> = {
  Flapping: 'ACTIVE changed three times in ten minutes without a plan',
  NotManaged: 'the pair is not in mode Managed, is stopped, is in conflict, or its spec is not valid',
  TransitionInProgress: 'another change is under way; ask again when status.transition is gone',
  NoActive: 'no process holds the role',
  NoStandby: 'no standby is registered in etcd for each role of the pair, so the role would have nowhere to go',
  OlderLayout:
    'coordinators of an older Milvus are registered beside mixcoord and would take the role; stop them first',
  StandbyOutdated: 'the standby does not run the wished template yet',
};

function refuse(
  { now, transition, flappingUntil }: SwitchoverContext,
  token: string,
  reason: string,
): SwitchoverDecision {
  const until = reason === 'Flapping' && flappingUntil ? `; ask again after ${flappingUntil.toISOString()}` : '';
  return {
    ...keep(transition),
    record: { token, result: 'Refused', reason, time: now.toISOString() },
    events: [
      {
        type: 'Warning',
        reason: 'SwitchoverRefused',
        action: 'RefuseSwitchover',
        note: `switchover ${token} refused: ${REFUSALS[reason] ?? reason}${until}`,
        key: `switchover-refused-${token}`,
      },
    ],
  };
}

function start({ now }: SwitchoverContext, token: string, from: string): SwitchoverDecision {
  return {
    transition: {
      type: 'Switchover',
      from,
      reason: 'Requested',
      step: 'MovingActive',
      token,
      startTime: now.toISOString(),
      deadlineTime: new Date(now.getTime() + SWITCHOVER_DEADLINE_MS).toISOString(),
    },
    events: [
      {
        type: 'Normal',
        reason: 'SwitchoverStarted',
        action: 'MoveActive',
        note: `switchover ${token}: moving the role away from ${from}`,
        key: `switchover-started-${token}`,
      },
    ],
  };
}

/** The lock is recorded; act on it, or close it when it is done or too late. */
function carryOn(context: SwitchoverContext, transition: Transition): SwitchoverDecision {
  const { members, now } = context;
  const name = nameOf(transition);
  const holder = holderOf(members);
  if (holder?.pod && holder.pod.name !== transition.from) return complete(transition, holder.pod.name, now);
  if (now.getTime() > Date.parse(transition.deadlineTime)) return giveUp(context, transition, holder);
  const pod = holder?.pod;
  const successor = standbyOf(members)?.session;
  if (!pod || !holder.session || pod.terminating || !successor || !context.mayAct) return { transition, events: [] };
  return {
    transition,
    endPod: { podName: pod.name, podUID: pod.uid, holderServerID: holder.session.serverID, successor, why: name },
    events: [],
  };
}

/** A role that the old ACTIVE gave up and nobody has taken is a loss: the failover goes on from there. */
function giveUp(
  { now, previous }: SwitchoverContext,
  transition: Transition,
  holder: Member | undefined,
): SwitchoverDecision {
  const { from = 'the ACTIVE' } = transition;
  const lost = withoutActiveSince(previous) ?? new Date(transition.startTime);
  const note = holder
    ? `${from} has not given up the role in time; see what keeps its process from ending`
    : `${from} gave up the role and nobody has taken it; see the log of the standby`;
  return {
    ...recordOf(transition, 'Failed', 'DeadlineExceeded', now),
    failed: transition,
    ...(holder ? {} : { transition: awaitingHolder(transition.from, 'ActiveKeyGone', lost, now) }),
    events: [
      {
        type: 'Warning',
        reason: 'SwitchoverFailed',
        action: 'MoveActive',
        note: `${nameOf(transition)}: ${note}`,
        key: `switchover-failed-${transition.startTime}`,
      },
    ],
  };
}

/** What a move is called: by its token, or by what caused it. */
function nameOf({ token, reason }: Transition): string {
  return token === undefined ? `planned move (${reason})` : `switchover ${token}`;
}

/** The answer to a request; a move that nobody asked for by token has none. */
function recordOf(
  { token }: Transition,
  result: LastSwitchover['result'],
  reason: string,
  now: Date,
): { readonly record?: LastSwitchover } {
  return token === undefined ? {} : { record: { token, result, reason, time: now.toISOString() } };
}

function complete(transition: Transition, to: string, now: Date): SwitchoverDecision {
  return {
    ...recordOf(transition, 'Completed', 'ActiveMoved', now),
    events: [
      {
        type: 'Normal',
        reason: 'SwitchoverCompleted',
        action: 'MoveActive',
        note: `${nameOf(transition)}: the role moved from ${transition.from ?? 'the old ACTIVE'} to ${to}`,
        key: `switchover-completed-${transition.startTime}`,
      },
    ],
  };
}
