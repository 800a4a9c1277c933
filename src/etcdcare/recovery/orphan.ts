import { hasEnded, type EtcdRecovery } from '../../api/etcd-recovery.ts';
import type { Journal } from './journal.ts';
import type { Planned } from './remedy.ts';

/** Whether nobody goes on with a journal: its recovery was deleted, or has ended and left changes in place. */
export function isLeftBehind({ recovery: { uid } }: Journal, recoveries: readonly EtcdRecovery[]): boolean {
  const own = recoveries.find(({ metadata }) => metadata.uid === uid);
  return !own || hasEnded(own);
}

/**
 * Plans to take up what another recovery left: the same action on the same member goes on where it stood. With
 * `spec.cancel` it is put back instead, at the next safe point.
 */
export function adoption({ spec }: EtcdRecovery, left: Journal): Planned {
  const same = left.action === spec.action && left.target === spec.target?.podName;
  const member = left.target === undefined ? '' : ` on ${left.target}`;
  if (!same)
    return {
      state: 'Refused',
      why: `EtcdRecovery ${left.recovery.name} left a ${left.action}${member} half done: make an EtcdRecovery with that action to go on with it; approved with cancel set, it puts back what can be`,
    };
  const done = left.steps.filter(({ state }) => state === 'Done').map(({ name }) => name);
  return {
    state: 'Planned',
    plan: {
      steps: [`go on with what EtcdRecovery ${left.recovery.name} left, as it was approved there (${left.planHash})`],
      mayLose: 'what the plan that was approved said',
      undo: 'approve it with cancel set, or set cancel later: it stops at the next safe point and puts back what was changed for the time',
      evidence: `a ${left.action}${member} is half done; done so far: ${done.join(', ') || 'nothing'}`,
      details: left.details,
      needsPerson: true,
    },
  };
}
