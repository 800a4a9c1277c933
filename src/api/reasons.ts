import { conditionReasons } from './condition-reasons.ts';
import { eventReasons } from './event-reasons.ts';

export { conditionReasons, eventReasons };

/** A documented reason of one condition: a key of its table in {@link conditionReasons}. */
export type ConditionReason<Type extends keyof typeof conditionReasons> = keyof (typeof conditionReasons)[Type];

/** A documented reason of an event: a key of {@link eventReasons}. */
export type EventReason = keyof typeof eventReasons;
