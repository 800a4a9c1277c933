import type { EtcdGuard } from '../../api/etcd-guard.ts';
import type { EtcdRecovery } from '../../api/etcd-recovery.ts';
import { nextSnapshotAfter } from '../recovery/ask.ts';
import type { Assessment, Finding } from './assessment.ts';

const type = 'SnapshotFresh';

/** A snapshot is late when it is older than so many intervals. */
const LATE_INTERVALS = 3;

/** Whether there is a snapshot that is not old, and what became of the last try. */
export function snapshotFresh({ facts: { now }, guard, recoveries }: Assessment): Finding<typeof type> {
  const { snapshots } = guard.spec;
  if (!snapshots)
    return { type, status: 'Unknown', reason: 'NotConfigured', message: 'spec.snapshots is not set: none are saved' };
  const last = guard.status?.lastSnapshot;
  if (last?.frozen !== undefined)
    return { type, status: 'False', reason: 'RotationFrozen', message: `${last.frozen}; no snapshot is rotated away` };
  const failure = failureSince(last?.time, guard, recoveries);
  const because = failure === undefined ? '' : `; ${failure}`;
  const late = !last || now.getTime() - Date.parse(last.time) > LATE_INTERVALS * snapshots.intervalSeconds * 1000;
  if (!late) {
    const message = `the newest snapshot is not older than three intervals${because}`;
    return { type, status: 'True', reason: 'Fresh', message };
  }
  const message = last ? `the newest snapshot, ${last.name}, is late` : 'no snapshot was saved yet';
  if (failure !== undefined)
    return { type, status: 'False', reason: 'SnapshotFailed', message: `${message}${because}` };
  return { type, status: 'False', reason: last ? 'SnapshotLate' : 'NoSnapshot', message };
}

/** What failed, why, and when the next one is tried; undefined: nothing has failed since the newest was saved. */
function failureSince(
  savedAt: string | undefined,
  guard: EtcdGuard,
  recoveries: readonly EtcdRecovery[],
): string | undefined {
  const [last] = recoveries
    .filter(({ spec, status }) => spec.action === 'Snapshot' && !spec.dryRun && status?.endTime !== undefined)
    .toSorted((a, b) => Date.parse(b.status?.endTime ?? '') - Date.parse(a.status?.endTime ?? ''));
  const { state, endTime = '', message = '' } = last?.status ?? {};
  if (!last || state === 'Succeeded' || (savedAt !== undefined && Date.parse(savedAt) > Date.parse(endTime)))
    return undefined;
  const next = nextSnapshotAfter(guard, last);
  const then =
    next === undefined
      ? `spec.policy.snapshot is ${guard.spec.policy.snapshot}: make an EtcdRecovery to try again`
      : `the next one is tried from ${next.toISOString()} on`;
  return `EtcdRecovery ${last.metadata.name} has ended ${state} at ${endTime}: ${message}; ${then}`;
}
