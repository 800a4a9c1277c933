import type { EtcdGuard } from '../../api/etcd-guard.ts';
import type { EtcdRecovery, RecoveryAction } from '../../api/etcd-recovery.ts';
import { overBudget } from './budget.ts';
import type { Plan } from './remedy.ts';

/** For how long a plan can be approved after it was made, milliseconds. */
export const PLAN_LIVES_MS = 30 * 60_000;

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
 * @param guard with its status as it is now, for the budget
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
  const spent = overBudget(spec.action, guard, others, metadata.uid, now);
  return spent === undefined ? { approved: true, by: 'Policy' } : { approved: false, why: `${spent}; ${ask}` };
}
