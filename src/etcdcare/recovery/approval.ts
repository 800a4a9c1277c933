import type { EtcdGuard } from '../../api/etcd-guard.ts';
import type { EtcdRecovery, RecoveryAction } from '../../api/etcd-recovery.ts';
import type { Plan } from './remedy.ts';

/** For how long a plan can be approved after it was made, milliseconds. */
export const PLAN_LIVES_MS = 30 * 60_000;

const HOUR_MS = 3_600_000;

/** Whether a plan may be carried out now. */
export type Approval =
  { readonly approved: true; readonly by: 'Person' | 'Policy' } | { readonly approved: false; readonly why: string };

/** What a guard's policy says of an action. */
export function policyOf({ spec }: Pick<EtcdGuard, 'spec'>, action: RecoveryAction): 'Auto' | 'Approve' | 'Never' {
  const field = `${action.slice(0, 1).toLowerCase()}${action.slice(1)}` as keyof EtcdGuard['spec']['policy'];
  return spec.policy[field];
}

/**
 * Judges whether a plan may begin.
 *
 * @param others the other recoveries of the same guard, for the budget
 */
export function approvalOf(
  { spec, metadata }: EtcdRecovery,
  { plan, hash }: { readonly plan: Plan; readonly hash: string },
  guard: EtcdGuard,
  others: readonly EtcdRecovery[],
  now: Date,
): Approval {
  const given = spec.approval?.planHash;
  if (given === hash) return { approved: true, by: 'Person' };
  const ask = `to approve it: kubectl patch etcdrecovery ${metadata.name} -n ${metadata.namespace} --type merge -p '{"spec":{"approval":{"planHash":"${hash}"}}}'`;
  if (given !== undefined)
    return {
      approved: false,
      why: `the approval of ${given} does not fit: the plan is ${hash} by now; read it again, and ${ask}`,
    };
  const policy = policyOf(guard, spec.action);
  if (policy !== 'Auto')
    return { approved: false, why: `spec.policy of EtcdGuard ${guard.metadata.name} wants a person to decide; ${ask}` };
  if (plan.needsPerson)
    return { approved: false, why: `this plan wants a person to decide whatever the policy says; ${ask}` };
  const spent = overBudget(spec.action, guard, others, now);
  return spent === undefined ? { approved: true, by: 'Policy' } : { approved: false, why: `${spent}; ${ask}` };
}

/** Why no further recovery of this action may begin by policy. */
function overBudget(
  action: RecoveryAction,
  { spec: { budget } }: EtcdGuard,
  others: readonly EtcdRecovery[],
  now: Date,
): string | undefined {
  // What is asked for day by day changes nothing that could wear out.
  if (action === 'Snapshot' || action === 'MoveLeader') return undefined;
  const begun = others.filter(({ spec, status }) => spec.action === action && status?.approvedBy === 'Policy');
  const failed = begun.find(({ status }) => status?.state === 'Failed' && since(status.endTime, now) < 24 * HOUR_MS);
  if (failed) return `${failed.metadata.name} did the same within a day and failed, so it is not tried again by itself`;
  const within = (ms: number): number => begun.filter(({ status }) => since(status?.startTime, now) < ms).length;
  if (within(HOUR_MS) >= budget.perHour) return `the budget of ${budget.perHour} an hour is spent`;
  if (within(24 * HOUR_MS) >= budget.perDay) return `the budget of ${budget.perDay} a day is spent`;
  return undefined;
}

function since(time: string | undefined, now: Date): number {
  return time === undefined ? Infinity : now.getTime() - Date.parse(time);
}
