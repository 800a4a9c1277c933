import type { RecoveryAction } from '../../api/etcd-recovery.ts';
import { policyOf } from '../recovery/approval.ts';
import type { Assessment, Finding } from './assessment.ts';
import { conflict } from './conflict.ts';
import { consistent } from './consistent.ts';
import { describeWaiting } from './describe-waiting.ts';
import { openRepairs } from '../recovery/repairs.ts';
import { ready } from './ready.ts';
import { recoveryInProgress } from './recovery-in-progress.ts';

const type = 'Stalled';

/** kstatus: there while only a person can help. */
export function stalled(assessment: Assessment): Finding<typeof type> | undefined {
  const rival = conflict(assessment);
  if (rival.reason === 'AnotherGuard') return { type, status: 'True', reason: 'AnotherGuard', message: rival.message };
  if (ready(assessment).status !== 'False') return undefined;
  const repair = recoveryInProgress(assessment);
  if (repair.reason === 'RecoveryOrphaned')
    return { type, status: 'True', reason: 'RecoveryOrphaned', message: repair.message };
  const open = openRepairs(assessment.recoveries);
  if (open.some(({ status }) => status?.state === 'Running')) return undefined;
  const waiting = open.find(({ status }) => status?.state === 'AwaitingApproval');
  if (waiting) return { type, status: 'True', reason: 'AwaitingApproval', message: describeWaiting(waiting) };
  return open.length > 0 ? undefined : withoutRepair(assessment);
}

/** Nothing is planned: whether anything will be. */
function withoutRepair(assessment: Assessment): Finding<typeof type> | undefined {
  const { diagnosis, quorum, recoveries, guard } = assessment;
  if (!diagnosis || diagnosis.certainty === 'Suspected') return undefined;
  const last = recoveries.find(({ metadata }) => metadata.name === diagnosis.recoveryName);
  const action = diagnosis.action as RecoveryAction | undefined;
  const ended = last?.status?.state;
  if (last && (ended === 'Failed' || ended === 'Refused') && last.spec.action === action)
    return {
      type,
      status: 'True',
      reason: 'RepairFailed',
      message: `EtcdRecovery ${last.metadata.name} (${last.spec.action}) has ended ${ended}: ${last.status?.message ?? ''}`,
    };
  if (action !== undefined && policyOf(guard, action) !== 'Never') return undefined;
  if (quorum.verdict !== 'Lost' && consistent(assessment).status !== 'False') return undefined;
  const why = action === undefined ? 'no action repairs it' : `spec.policy forbids ${action}`;
  return {
    type,
    status: 'True',
    reason: 'RepairByHand',
    message: `${diagnosis.case} since ${diagnosis.sinceTime}, and ${why}: ${diagnosis.remedy}`,
  };
}
