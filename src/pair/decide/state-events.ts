import type { CoordinatorPair, CoordinatorPairStatus } from '../../api/coordinator-pair.ts';
import { findCondition, type Condition, type ConditionType } from '../../api/conditions.ts';
import { eventReasons } from '../../api/event-reasons.ts';
import type { EventReason } from '../../api/reasons.ts';
import type { EventDraft } from './event-draft.ts';

/** Which event tells that a condition turned: by its type and the status it turned to. */
const turns: Readonly<Partial<Record<ConditionType, Readonly<Partial<Record<Condition['status'], EventReason>>>>>> = {
  EtcdReachable: { False: 'EtcdUnreachable', True: 'EtcdReachable' },
  StandbyReady: { False: 'StandbyLost', True: 'StandbyRegistered' },
  NoConflict: { False: 'Conflict' },
  SpecValid: { False: 'SpecInvalid', True: 'SpecValid' },
};

/** Events for conditions that turned since the last status. What was never otherwise is no news. */
export function stateEvents(pair: CoordinatorPair, next: CoordinatorPairStatus): readonly EventDraft[] {
  const previous = pair.status;
  return [
    ...(next.conditions ?? []).flatMap((condition) =>
      expected(condition.type, previous, next)
        ? []
        : turned(findCondition(previous?.conditions, condition.type), condition),
    ),
    ...stalledEvents(findCondition(previous?.conditions, 'Stalled'), findCondition(next.conditions, 'Stalled')),
    ...flagEvents(pair, next),
    ...silenceEvents(pair, next),
    ...modeEvents(findCondition(previous?.conditions, 'Paused'), findCondition(next.conditions, 'Paused')),
  ];
}

/** A standby that goes because a planned change replaces it is no news: the change tells its own story. */
function expected(
  type: ConditionType,
  previous: CoordinatorPairStatus | undefined,
  next: CoordinatorPairStatus,
): boolean {
  const planned = [previous?.transition, next.transition].some(
    (transition) => transition && transition.type !== 'Failover',
  );
  return type === 'StandbyReady' && planned;
}

function turned(before: Condition | undefined, after: Condition): readonly EventDraft[] {
  const told = turns[after.type]?.[after.status];
  const reason = told === 'Conflict' && after.reason === 'NameConflict' ? after.reason : told;
  if (!reason || before?.status === after.status) return [];
  // A standby that comes up for the first time is news; a condition that was good from the start is not.
  if (before?.reason === 'EtcdUnreachable') return [];
  // A pair that is stopped loses nothing: it is meant to have no pods.
  if (after.reason === 'Stopped' || after.reason === 'Suspended') return [];
  const settled = before && before.status !== 'Unknown';
  if (!settled && (after.type === 'StandbyReady' ? after.status === 'False' : after.status === 'True')) return [];
  return [draft(reason, after)];
}

/** Which event tells why only a person can help. */
const stalls: Readonly<Partial<Record<string, EventReason>>> = {
  StandbyNotUp: 'RolloutFailed',
  RolloutStuck: 'RolloutStuck',
  Flapping: 'Flapping',
  NoTakeover: 'NoTakeover',
};

function stalledEvents(before: Condition | undefined, after: Condition | undefined): readonly EventDraft[] {
  const reason = after && stalls[after.reason];
  return !reason || before?.reason === after.reason ? [] : [draft(reason, after)];
}

function flagEvents({ status }: CoordinatorPair, next: CoordinatorPairStatus): readonly EventDraft[] {
  const ready = findCondition(next.conditions, 'Ready');
  const turned = next.session?.flagEffective === false && status?.session?.flagEffective !== false;
  return turned && ready ? [draft('FlagNotEffective', ready)] : [];
}

function silenceEvents({ status }: CoordinatorPair, next: CoordinatorPairStatus): readonly EventDraft[] {
  const ready = findCondition(next.conditions, 'Ready');
  const isNews = findCondition(status?.conditions, 'Ready')?.reason !== ready?.reason;
  return ready?.reason === 'ActiveNotAnswering' && isNews ? [draft('ActiveNotAnswering', ready)] : [];
}

function modeEvents(before: Condition | undefined, after: Condition | undefined): readonly EventDraft[] {
  if (!after || !before || before.reason === after.reason || before.reason === 'NotObserved') return [];
  const reason: EventReason =
    after.reason === 'ObserveOnly' ? 'ObserveOnly' : after.reason === 'Paused' ? 'Paused' : 'Resumed';
  return [draft(reason, after)];
}

function draft(reason: EventReason, condition: Condition): EventDraft {
  return {
    type: eventReasons[reason].type,
    reason,
    action: 'ObserveState',
    note: condition.message,
    key: `${reason}-${condition.lastTransitionTime}`,
  };
}
