import type { Assessment, Finding } from './assessment.ts';

const type = 'SnapshotFresh';

/** A snapshot is late when it is older than so many intervals. */
const LATE_INTERVALS = 3;

/** Whether there is a snapshot that is not old. */
export function snapshotFresh({ facts: { now }, guard }: Assessment): Finding<typeof type> {
  const { snapshots } = guard.spec;
  if (!snapshots)
    return { type, status: 'Unknown', reason: 'NotConfigured', message: 'spec.snapshots is not set: none are saved' };
  const last = guard.status?.lastSnapshot;
  if (!last) return { type, status: 'False', reason: 'NoSnapshot', message: 'no snapshot was saved yet' };
  if (last.frozen !== undefined)
    return { type, status: 'False', reason: 'RotationFrozen', message: `${last.frozen}; no snapshot is rotated away` };
  const late = now.getTime() - Date.parse(last.time) > LATE_INTERVALS * snapshots.intervalSeconds * 1000;
  return late
    ? { type, status: 'False', reason: 'SnapshotLate', message: `the newest snapshot, ${last.name}, is late` }
    : { type, status: 'True', reason: 'Fresh', message: 'the newest snapshot is not older than three intervals' };
}
