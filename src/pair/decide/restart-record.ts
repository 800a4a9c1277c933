import type { FailedRollout, LastRestart, Transition } from '../../api/coordinator-pair.ts';
import type { PairFacts } from '../facts.ts';
import type { EventDraft } from './event-draft.ts';
import { holderOf, standbyOf } from './members.ts';
import type { Plan } from './plan.ts';

/** `status.lastRestart` as this look leaves it. */
export interface RestartRecord {
  readonly record?: LastRestart;
  readonly events: readonly EventDraft[];
}

/** Tells a request's answer, and follows a restart that has begun to its end. */
export function restartRecord(
  { pair, now, restart, templateHash, pods }: PairFacts,
  { members, mayAct }: Plan,
  { transition, failed }: { readonly transition: Transition | undefined; readonly failed: FailedRollout | undefined },
): RestartRecord {
  const answer = restart?.answer;
  const time = now.toISOString();
  if (answer) {
    // The names of the pair's objects belong to somebody else: nothing is applied.
    const record: LastRestart =
      answer.result === 'Started' && !mayAct ? { ...answer, result: 'Refused', reason: 'Conflict' } : answer;
    return { record, events: eventsOf(record) };
  }
  const last = pair.status?.lastRestart;
  if (!last) return { events: [] };
  if (last.result !== 'Started') return { record: last, events: [] };
  if (failed) return { record: { ...last, result: 'Failed', reason: 'StandbyNotUp', time }, events: [] };
  const renewed = pods.length > 0 && pods.every((pod) => pod.templateHash === templateHash);
  const registered = holderOf(members)?.pod !== undefined && standbyOf(members) !== undefined;
  if (transition || !renewed || !registered) return { record: last, events: [] };
  return { record: { ...last, result: 'Completed', reason: 'PodsRenewed', time }, events: [] };
}

const REFUSALS: Readonly<Record<string, string>> = {
  NotManaged: 'spec.mode is not Managed',
  WorkloadRef: 'the pods belong to the workload that spec.workloadRef names: restart that',
  SpecInvalid: 'the spec is not valid',
  Stopped: 'the pair is stopped',
  RolloutPaused: 'spec.rollout.policy is Paused',
  Conflict: 'see the condition NoConflict',
};

function eventsOf({ token, result, reason }: LastRestart): readonly EventDraft[] {
  if (result === 'Started')
    return [
      {
        type: 'Normal',
        reason: 'RestartStarted',
        action: 'Restart',
        note: `restart ${token}: the pods are renewed, the standby first`,
        key: `restart-${token}`,
      },
    ];
  if (result !== 'Refused') return [];
  return [
    {
      type: 'Warning',
      reason: 'RestartRefused',
      action: 'RefuseRestart',
      note: `restart ${token} refused: ${REFUSALS[reason] ?? reason}`,
      key: `restart-refused-${token}`,
    },
  ];
}
