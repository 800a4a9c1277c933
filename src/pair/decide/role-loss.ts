import { findCondition } from '../../api/conditions.ts';
import type { CoordinatorPairStatus, Transition } from '../../api/coordinator-pair.ts';

/** After the keys are gone a registered standby takes milliseconds; longer than this is worth a look. */
const AWAIT_HOLDER_MS = 30_000;

/** Since when no process of the pair has worked as ACTIVE, as far as the status tells. */
export function withoutActiveSince(previous: CoordinatorPairStatus | undefined): Date | undefined {
  const elected = findCondition(previous?.conditions, 'ActiveElected');
  return elected?.status === 'False' ? new Date(elected.lastTransitionTime) : undefined;
}

/** A failover that waits for somebody to take the role, which has been free since `lost`. */
export function awaitingHolder(from: string | undefined, reason: string, lost: Date, now: Date): Transition {
  return {
    type: 'Failover',
    ...(from === undefined ? {} : { from }),
    reason,
    step: 'AwaitingHolder',
    startTime: lost.toISOString(),
    deadlineTime: new Date(now.getTime() + AWAIT_HOLDER_MS).toISOString(),
  };
}
