import { hasEnded } from '../../api/etcd-recovery.ts';
import { isLeftBehind } from '../recovery/orphan.ts';
import { describeWaiting } from './describe-waiting.ts';
import type { Assessment, Finding } from './assessment.ts';

const type = 'RecoveryInProgress';

/** Whether something is being repaired, waits for an approval, or was left half done. */
export function recoveryInProgress({ recoveries, journal }: Assessment): Finding<typeof type> {
  if (journal && isLeftBehind(journal, recoveries)) {
    const { action, target, recovery, changes } = journal;
    const what = `${action}${target === undefined ? '' : ` on ${target}`} of EtcdRecovery ${recovery.name}`;
    const left = changes.length > 0 ? `; still changed: ${changes.map((change) => change.what).join('; ')}` : '';
    const how = `make an EtcdRecovery with action ${action} to go on with it; approved with cancel set, it puts back what can be`;
    return { type, status: 'True', reason: 'RecoveryOrphaned', message: `${what} was left half done${left}; ${how}` };
  }
  const running = recoveries.find(({ status }) => status?.state === 'Running');
  if (running)
    return {
      type,
      status: 'True',
      reason: 'Running',
      message: `EtcdRecovery ${running.metadata.name} (${running.spec.action}) runs`,
    };
  const waiting = recoveries.find((recovery) => !hasEnded(recovery) && recovery.status?.state === 'AwaitingApproval');
  if (waiting)
    return {
      type,
      status: 'True',
      reason: 'AwaitingApproval',
      message: describeWaiting(waiting),
    };
  return { type, status: 'False', reason: 'NoRecovery', message: 'nothing is being repaired' };
}
