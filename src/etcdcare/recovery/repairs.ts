import { hasEnded, type EtcdRecovery, type RecoveryAction } from '../../api/etcd-recovery.ts';

/** What is done to an etcd that is well. */
const dayToDay: readonly RecoveryAction[] = ['Cleanup', 'Snapshot', 'Defragment', 'MoveLeader'];

/** Recoveries that repair an etcd that is not well, and have not ended. */
export function openRepairs(recoveries: readonly EtcdRecovery[]): readonly EtcdRecovery[] {
  return recoveries.filter(
    (recovery) => !hasEnded(recovery) && !recovery.spec.dryRun && !dayToDay.includes(recovery.spec.action),
  );
}

/** When the last of these repairs has ended: what was compared before may be of other data. */
export function lastRepairEnd(recoveries: readonly EtcdRecovery[]): Date | undefined {
  const ends = recoveries
    .filter(({ spec }) => !spec.dryRun && !dayToDay.includes(spec.action))
    .flatMap(({ status }) => (status?.startTime === undefined ? [] : (status.endTime ?? [])));
  return ends.length > 0 ? new Date(Math.max(...ends.map((end) => Date.parse(end)))) : undefined;
}
