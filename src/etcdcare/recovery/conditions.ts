import type { EtcdRecovery, EtcdRecoveryStatus } from '../../api/etcd-recovery.ts';
import { mergeConditionsOf } from '../../api/merge-conditions.ts';
import {
  PERMANENT_RECOVERY_CONDITIONS,
  RECOVERY_CONDITION_TYPES,
  type RecoveryCondition,
  type RecoveryConditionType,
  type RecoveryFinding,
} from '../../api/recovery-conditions.ts';

/**
 * The conditions of a recovery that comes to a status, for `kubectl wait` and GitOps tools. Pure.
 *
 * @param recovery with the status that it has had
 * @param now when it comes to it
 */
export function conditionsOf(
  { metadata, spec, status: before }: EtcdRecovery,
  status: EtcdRecoveryStatus,
  now: Date,
): readonly RecoveryCondition[] {
  const types: readonly RecoveryConditionType[] = RECOVERY_CONDITION_TYPES;
  const permanent: readonly RecoveryConditionType[] = PERMANENT_RECOVERY_CONDITIONS;
  const findings = findingsOf(status, spec.dryRun);
  const time = now.toISOString();
  return mergeConditionsOf(types, permanent, before?.conditions ?? [], findings, time, metadata.generation);
}

function findingsOf({ state = 'Planned', message = '', plan }: EtcdRecoveryStatus, dryRun: boolean): RecoveryFinding[] {
  const notFailed = { type: 'Failed', status: 'False', reason: 'NotFailed', message } as const;
  const notEnded = { type: 'Complete', status: 'False', reason: 'NotEnded', message } as const;
  switch (state) {
    case 'Planned':
      return dryRun && plan
        ? [{ type: 'Complete', status: 'False', reason: 'DryRun', message }, notFailed]
        : [notEnded, notFailed, { type: 'Reconciling', status: 'True', reason: 'Planning', message }];
    case 'AwaitingApproval':
    case 'Running':
      return [notEnded, notFailed, { type: 'Reconciling', status: 'True', reason: state, message }];
    case 'Succeeded':
      return [{ type: 'Complete', status: 'True', reason: state, message }, notFailed];
    default:
      return [
        { type: 'Complete', status: 'False', reason: 'NotSucceeded', message },
        { type: 'Failed', status: 'True', reason: state, message },
        { type: 'Stalled', status: 'True', reason: state, message },
      ];
  }
}
