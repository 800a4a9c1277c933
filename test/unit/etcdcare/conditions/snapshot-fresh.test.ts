import { describe, expect, it } from '@jest/globals';
import type { EtcdGuard } from '../../../../src/api/etcd-guard.ts';
import type { Assessment } from '../../../../src/etcdcare/conditions/assessment.ts';
import { snapshotFresh } from '../../../../src/etcdcare/conditions/snapshot-fresh.ts';
import { recovery } from '../recovery/support.ts';
import { guard } from '../support/facts.ts';

const snapshots = { claimName: 'snapshots', intervalSeconds: 1800, keep: 24 };
const failed = recovery(
  { action: 'Snapshot' },
  { state: 'Failed', message: '/snapshots has 0 bytes free', endTime: '2026-11-30T10:31:00Z' },
  { name: 'etcd-snapshot-1', createdAt: '2026-11-30T10:30:10Z' },
);

function judged(changes: Partial<EtcdGuard['spec']> = {}, lastSavedAt?: string, recoveries = [failed]) {
  const plain = guard(lastSavedAt === undefined ? {} : { lastSnapshot: { name: 'before.db', time: lastSavedAt } });
  const facts = { now: new Date('2026-11-30T10:35:00Z') };
  const of = { ...plain, spec: { ...plain.spec, snapshots, ...changes } };
  return snapshotFresh({ facts, guard: of, recoveries } as unknown as Assessment);
}

describe('SnapshotFresh, when the last snapshot has failed', () => {
  it('says what failed, why, and when the next one is tried', () => {
    expect(judged()).toEqual({
      type: 'SnapshotFresh',
      status: 'False',
      reason: 'SnapshotFailed',
      message:
        'no snapshot was saved yet; EtcdRecovery etcd-snapshot-1 has ended Failed at 2026-11-30T10:31:00Z: /snapshots has 0 bytes free; the next one is tried from 2026-11-30T11:00:00.000Z on',
    });
  });

  it('stays fresh while an earlier one is not old, and says it all the same', () => {
    const { status, reason, message } = judged({}, '2026-11-30T10:00:00Z');
    expect([status, reason]).toEqual(['True', 'Fresh']);
    expect(message).toContain('has ended Failed at 2026-11-30T10:31:00Z: /snapshots has 0 bytes free');
  });

  it('calls a late one failed, not just late', () => {
    expect(judged({}, '2026-11-30T08:00:00Z').reason).toBe('SnapshotFailed');
    expect(judged({}, '2026-11-30T08:00:00Z', []).reason).toBe('SnapshotLate');
  });

  it('says that a person has to try again where the policy lets none be saved by itself', () => {
    const policy = { ...guard().spec.policy, snapshot: 'Approve' as const };
    expect(judged({ policy }).message).toMatch(
      /; spec\.policy\.snapshot is Approve: make an EtcdRecovery to try again$/,
    );
  });

  it('forgets a failure once a snapshot was saved', () => {
    expect(judged({}, '2026-11-30T10:32:00Z').message).not.toContain('Failed');
  });
});
