import type { CoordinatorPair, CoordinatorPairStatus } from '../../api/coordinator-pair.ts';
import { findCondition, type Condition, type ConditionType } from '../../api/conditions.ts';
import { eventReasons } from '../../api/event-reasons.ts';
import type { EventReason } from '../../api/reasons.ts';
import type { EventDraft } from './event-draft.ts';

/** Which event tells that a condition turned: by its type and the status it turned to. */
const turns: Readonly<Partial<Record<ConditionType, Readonly<Partial<Record<Condition['status'], EventReason>>>>>> = {
  EtcdReachable: { False: 'EtcdUnreachable', True: 'EtcdReachable' },
  StandbyReady: { False: 'StandbyLost', True: 'StandbyRegistered' },
  NoConflict: { False: 'NameConflict' },
  SpecValid: { False: 'SpecInvalid', True: 'SpecValid' },
  Stalled: { True: 'RolloutFailed' },
};

/** Events for conditions that turned since the last status. What was never otherwise is no news. */
export function stateEvents(pair: CoordinatorPair, next: CoordinatorPairStatus): readonly EventDraft[] {
  const previous = pair.status;
  return [
    ...(next.conditions ?? []).flatMap((condition) =>
      turned(findCondition(previous?.conditions, condition.type), condition),
    ),
    ...modeEvents(findCondition(previous?.conditions, 'Paused'), findCondition(next.conditions, 'Paused')),
  ];
}

function turned(before: Condition | undefined, after: Condition): readonly EventDraft[] {
  const reason = turns[after.type]?.[after.status];
  if (!reason || before?.status === after.status) return [];
  // A standby that comes up for the first time is news; a condition that was good from the start is not.
  if (before?.reason === 'EtcdUnreachable') return [];
  const settled = before && before.status !== 'Unknown';
  if (!settled && (after.type === 'StandbyReady' ? after.status === 'False' : after.status === 'True')) return [];
  if (reason === 'RolloutFailed' && after.reason !== 'StandbyNotUp') return [];
  return [draft(reason, after)];
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
