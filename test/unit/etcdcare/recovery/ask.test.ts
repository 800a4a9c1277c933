import { describe, expect, it } from '@jest/globals';
import type { EtcdGuard, EtcdGuardStatus } from '../../../../src/api/etcd-guard.ts';
import { recoveryToAskFor, snapshotToAskFor } from '../../../../src/etcdcare/recovery/ask.ts';
import { guard, now, policy } from '../support/facts.ts';
import { recovery } from './support.ts';

const since = (seconds: number): string => new Date(now.getTime() - seconds * 1000).toISOString();
const full: EtcdGuardStatus = {
  diagnosis: {
    case: 'NoSpaceAlarm',
    sinceTime: since(20),
    evidence: 'etcd reports the alarm NOSPACE',
    certainty: 'Certain',
    remedy: 'compact',
    action: 'ReclaimSpace',
    pods: ['etcd-0'],
  },
};

describe('what a guard asks for', () => {
  it('is the recovery of its diagnosis, once, by one name', () => {
    const asked = recoveryToAskFor(guard(), full, [], now);
    expect(asked).toMatchObject({
      kind: 'EtcdRecovery',
      metadata: { namespace: 'milvus', labels: { 'ha.milvus.io/for-case': 'NoSpaceAlarm' } },
      spec: { guardName: 'etcd', action: 'ReclaimSpace', ttlSecondsAfterFinished: 604_800 },
    });
    expect(asked?.metadata.name).toMatch(/^etcd-reclaim-space-[0-9a-f]{6}$/);
    expect(recoveryToAskFor(guard(), full, [], new Date(now.getTime() + 60_000))?.metadata.name).toBe(
      asked?.metadata.name,
    );
    const ended = recovery({ action: 'ReclaimSpace' }, { state: 'Failed' }, { name: asked?.metadata.name ?? '' });
    expect(recoveryToAskFor(guard(), full, [ended], now)).toBeUndefined();
  });

  it('waits until something has been wrong for as long as is asked for', () => {
    expect(recoveryToAskFor(guard(), full, [], now, 20_000)).toBeDefined();
    expect(recoveryToAskFor(guard(), full, [], now, 20_001)).toBeUndefined();
  });

  it('is asked again when nobody approved in time, and when a refusal is a quarter of an hour old', () => {
    const name = recoveryToAskFor(guard(), full, [], now)?.metadata.name ?? '';
    const before = (status: object, cancel: boolean) => recovery({ action: 'ReclaimSpace', cancel }, status, { name });
    const again = (status: object, cancel = false) => recoveryToAskFor(guard(), full, [before(status, cancel)], now);
    expect(again({ state: 'Expired', endTime: since(1) })?.metadata.name).toMatch(/^etcd-reclaim-space-[0-9a-f]{6}$/);
    expect(again({ state: 'Expired', endTime: since(1) })?.metadata.name).not.toBe(name);
    expect(again({ state: 'Expired' })?.spec.ttlSecondsAfterFinished).toBe(86_400);
    expect(again({ state: 'Refused', endTime: since(899) })).toBeUndefined();
    expect(again({ state: 'Refused', endTime: since(900) })).toBeDefined();
    expect(again({ state: 'Cancelled', endTime: since(9000) }, true)).toBeUndefined();
    // Its reason had passed, and is back.
    expect(again({ state: 'Cancelled', endTime: since(59) })).toBeUndefined();
    expect(again({ state: 'Cancelled', endTime: since(60) })).toBeDefined();
  });

  it('about a lost quorum is not kept waiting by what needs a quorum, nor asked beside another of its kind', () => {
    const lost = {
      diagnosis: { ...full.diagnosis, case: 'QuorumLost', action: 'RestartQuorum' },
      quorumLostSinceTime: since(700),
    } as unknown as EtcdGuardStatus;
    const ask = (action: 'ReplaceMember' | 'RebuildFromSurvivor', state: 'AwaitingApproval' | 'Running') =>
      recoveryToAskFor(guard(), lost, [recovery({ action }, { state })], now)?.spec.action;
    expect(ask('ReplaceMember', 'AwaitingApproval')).toBe('RestartQuorum');
    expect(ask('ReplaceMember', 'Running')).toBeUndefined();
    expect(ask('RebuildFromSurvivor', 'AwaitingApproval')).toBeUndefined();
  });

  it('names the pod where the action is about one member', () => {
    const damaged = {
      ...full.diagnosis,
      case: 'MemberIDFileEmpty',
      action: 'ClearMemberID',
      pods: ['etcd-2'],
    } as const;
    expect(recoveryToAskFor(guard(), { diagnosis: damaged as never }, [], now)?.spec.target).toEqual({
      podName: 'etcd-2',
    });
  });

  describe('about an etcd that could split', () => {
    const risk: EtcdGuardStatus = {
      diagnosis: { ...full.diagnosis, case: 'SplitBrainRisk', action: 'Fence', sinceTime: since(0) } as never,
      quorumLostSinceTime: since(0),
    };
    const ask = (...recoveries: readonly ReturnType<typeof recovery>[]) =>
      recoveryToAskFor(guard(), risk, recoveries, now)?.spec.action;

    it('is asked at once, though another plan waits for its approval', () => {
      expect(ask()).toBe('Fence');
      expect(ask(recovery({ action: 'RebuildFromSurvivor' }, { state: 'AwaitingApproval' }))).toBe('Fence');
    });

    it('waits for what is at work, and is asked once', () => {
      expect(ask(recovery({ action: 'RestartQuorum' }, { state: 'Running' }))).toBeUndefined();
      expect(ask(recovery({ action: 'Fence' }, { state: 'Planned' }))).toBeUndefined();
    });

    it('is asked again when somebody has started it again with members that are still empty', () => {
      const { name } = recoveryToAskFor(guard(), risk, [], now)?.metadata ?? { name: '' };
      expect(ask(recovery({ action: 'Fence' }, { state: 'Succeeded' }, { name }))).toBe('Fence');
      expect(ask(recovery({ action: 'Fence', cancel: true }, { state: 'Cancelled' }, { name }))).toBeUndefined();
    });
  });

  it.each([
    ['what was seen only just now', { ...full, diagnosis: { ...full.diagnosis, sinceTime: since(14) } }, guard(), []],
    ['what has no remedy', { diagnosis: { ...full.diagnosis, action: undefined } }, guard(), []],
    ['anything while a recovery is not over', full, guard(), [recovery({}, { state: 'AwaitingApproval' })]],
    [
      'what its policy forbids',
      full,
      { ...guard(), spec: { ...guard().spec, policy: { ...policy, reclaimSpace: 'Never' } } },
      [],
    ],
  ])('is not %s', (_, status, asking, recoveries) => {
    expect(recoveryToAskFor(asking as EtcdGuard, status as EtcdGuardStatus, recoveries, now)).toBeUndefined();
  });
});

describe('the schedule of snapshots', () => {
  const saving = (lastSeconds?: number): EtcdGuard => ({
    ...guard(lastSeconds === undefined ? {} : { lastSnapshot: { name: 's', time: since(lastSeconds) } }),
    spec: { ...guard().spec, snapshots: { claimName: 'snapshots', intervalSeconds: 600, keep: 24 } },
  });

  it('asks for the first at once, and for the next when the newest is as old as the interval', () => {
    expect(snapshotToAskFor(saving(), [], now)?.spec).toMatchObject({ action: 'Snapshot' });
    expect(snapshotToAskFor(saving(599), [], now)).toBeUndefined();
    expect(snapshotToAskFor(saving(600), [], now)?.spec).toMatchObject({ action: 'Snapshot' });
  });

  it('asks for one at a time, and for one that failed again in the next interval', () => {
    const running = recovery({ action: 'Snapshot' }, { state: 'Running' });
    expect(snapshotToAskFor(saving(), [running], now)).toBeUndefined();
    const name = snapshotToAskFor(saving(), [], now)?.metadata.name ?? '';
    const failed = recovery({ action: 'Snapshot' }, { state: 'Failed' }, { name });
    expect(snapshotToAskFor(saving(), [failed], now)).toBeUndefined();
    expect(snapshotToAskFor(saving(), [failed], new Date(now.getTime() + 600_000))).toBeDefined();
  });

  it('asks for none where snapshots are not set', () => {
    expect(snapshotToAskFor(guard(), [], now)).toBeUndefined();
  });
});
