import { describe, expect, it } from '@jest/globals';
import type { Diagnosis, EtcdGuardStatus } from '../../../src/api/etcd-guard.ts';
import { guardEvent, recoveryEvent } from '../../../src/etcdcare/events.ts';
import { recovery } from './recovery/support.ts';
import { guard } from './support/facts.ts';

const sick = (ailment: Diagnosis['case'], sinceTime = '2026-01-01T00:00:00Z'): EtcdGuardStatus => ({
  diagnosis: { case: ailment, sinceTime, evidence: 'seen', certainty: 'Certain', remedy: 'cure it' },
});

describe('the event of a guard', () => {
  it('tells once what ails its etcd, and that it is well again', () => {
    const found = guardEvent(guard(), sick('DiskFull'));
    expect(found).toMatchObject({ type: 'Warning', reason: 'EtcdAilmentFound', note: 'DiskFull (Certain): seen' });
    expect(guardEvent(guard(sick('DiskFull')), sick('DiskFull'))).toBeUndefined();
    expect(guardEvent(guard(), sick('DiskFull', '2026-01-02T00:00:00Z'))?.key).not.toBe(found?.key);
    expect(guardEvent(guard(sick('DiskFull')), {})).toMatchObject({ type: 'Normal', reason: 'EtcdWell' });
    expect(guardEvent(guard(), {})).toBeUndefined();
  });

  it('tells each face of a lost quorum once, while members crash in turn', () => {
    const quorumLostSinceTime = '2026-01-01T00:00:00Z';
    const shown = (endTime: string) => ({
      ...sick('MemberRemoved'),
      quorumLostSinceTime,
      history: [{ case: 'DataDamaged' as const, sinceTime: endTime, endTime }],
    });
    expect(guardEvent(guard(shown('2026-01-01T00:01:00Z')), sick('DataDamaged'))).toBeUndefined();
    expect(guardEvent(guard(shown('2025-12-31T00:00:00Z')), sick('DataDamaged'))?.reason).toBe('EtcdAilmentFound');
    expect(guardEvent(guard(shown('2026-01-01T00:01:00Z')), sick('DiskFull'))?.reason).toBe('EtcdAilmentFound');
  });

  it('is silent about members that start', () => {
    expect(guardEvent(guard(), sick('StartingUp'))).toBeUndefined();
    expect(guardEvent(guard(sick('StartingUp')), {})).toBeUndefined();
  });
});

describe('the event of a recovery', () => {
  it('tells of each state it comes into, and of a plan that has to be approved anew', () => {
    const waiting = { state: 'AwaitingApproval', planHash: 'abc', message: 'read it' } as const;
    expect(recoveryEvent(recovery(), waiting)).toMatchObject({
      reason: 'RecoveryAwaitsApproval',
      action: 'ReplaceMember',
      note: 'read it',
    });
    expect(recoveryEvent(recovery({}, waiting), { ...waiting, message: 'still' })).toBeUndefined();
    expect(recoveryEvent(recovery({}, waiting), { ...waiting, planHash: 'def' })?.reason).toBe(
      'RecoveryAwaitsApproval',
    );
    expect(recoveryEvent(recovery({}, waiting), { state: 'Running' })?.reason).toBe('RecoveryStarted');
    expect(recoveryEvent(recovery({}, { state: 'Running' }), { state: 'Running', step: '2/3' })).toBeUndefined();
    expect(recoveryEvent(recovery({}, { state: 'Running' }), { state: 'Failed' })).toMatchObject({
      type: 'Warning',
      reason: 'RecoveryFailed',
    });
    expect(recoveryEvent(recovery(), { state: 'Planned' })).toBeUndefined();
  });
});
