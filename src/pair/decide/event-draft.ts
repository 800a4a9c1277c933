import type { EventReason } from '../../api/reasons.ts';

/** An event to tell the user about one change of state. */
export interface EventDraft {
  readonly type: 'Normal' | 'Warning';
  readonly reason: EventReason;
  /** What the operator did or is about to do, a CamelCase verb phrase (events.k8s.io `action`). */
  readonly action: string;
  readonly note: string;
  /** Names the change itself, so that telling it twice makes no second event. */
  readonly key: string;
}
