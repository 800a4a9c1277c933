import { hasEnded, type EtcdRecovery, type RecoveryAction } from '../../api/etcd-recovery.ts';

/** What is done to an etcd that is well. */
const dayToDay: readonly RecoveryAction[] = ['Cleanup', 'Snapshot', 'Defragment', 'MoveLeader'];

/** Recoveries that repair an etcd that is not well, and have not ended. */
export function openRepairs(recoveries: readonly EtcdRecovery[]): readonly EtcdRecovery[] {
  return recoveries.filter(
    (recovery) => !hasEnded(recovery) && !recovery.spec.dryRun && !dayToDay.includes(recovery.spec.action),
  );
}
