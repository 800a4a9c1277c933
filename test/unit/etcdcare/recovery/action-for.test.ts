import { describe, expect, it } from '@jest/globals';
import type { AilmentCase } from '../../../../src/api/etcd-guard.ts';
import type { RecoveryAction } from '../../../../src/api/etcd-recovery.ts';
import { diagnose } from '../../../../src/etcdcare/diagnose/index.ts';
import { actionFor } from '../../../../src/etcdcare/recovery/action-for.ts';
import { guard, now, policy } from '../support/facts.ts';
import { situations } from '../support/situations.ts';
import { recovery } from './support.ts';

const since = (seconds: number): string => new Date(now.getTime() - seconds * 1000).toISOString();
const found = (ailment: AilmentCase) => ({ case: ailment, pods: ['etcd-1'] }) as const;
const destructive = ['RebuildFromSurvivor', 'RestoreFromSnapshot'];

describe('the recovery that an ailment asks for', () => {
  it('replaces one damaged member while the others have a quorum, and none while two are damaged', () => {
    const quorate = { verdict: 'Quorate' } as const;
    expect(actionFor(found('DataDamaged'), quorate, undefined, guard(), [], now)).toEqual({
      action: 'ReplaceMember',
      target: 'etcd-1',
    });
    const two = { ...found('DataDamaged'), pods: ['etcd-1', 'etcd-2'] };
    expect(actionFor(two, quorate, undefined, guard(), [], now)).toBeUndefined();
  });

  it('of a lost quorum waits for the window, then starts what is intact, then rebuilds from a survivor, then restores', () => {
    const lost = { verdict: 'Lost', members: [{ look: {} }] } as never;
    const nobody = { verdict: 'Lost' } as const;
    const ask = (seconds: number, refused: readonly RecoveryAction[], quorum = lost) =>
      actionFor(
        found('DataDamaged'),
        quorum,
        since(seconds),
        guard(),
        // What was asked for another face of the same loss counts.
        refused.map((action) =>
          recovery({ action }, { state: 'Refused' }, { name: action, forCase: 'AllMembersDown', createdAt: since(10) }),
        ),
        now,
      )?.action;
    expect(ask(599, [])).toBeUndefined();
    expect(ask(600, [])).toBe('RestartQuorum');
    expect(ask(600, ['RestartQuorum'])).toBe('RebuildFromSurvivor');
    expect(ask(600, ['RestartQuorum', 'RebuildFromSurvivor'])).toBe('RestoreFromSnapshot');
    expect(ask(600, ['RestartQuorum'], nobody as never)).toBe('RestoreFromSnapshot');
    // One that was restarted without a quorum answers nobody, and only a look at its volume finds that it runs.
    expect(ask(600, ['RestartQuorum', 'RestoreFromSnapshot'], nobody as never)).toBe('RebuildFromSurvivor');
    expect(ask(600, ['RestartQuorum', 'RebuildFromSurvivor', 'RestoreFromSnapshot'], nobody as never)).toBe(
      'RestoreFromSnapshot',
    );
  });

  it('of an etcd that could split is to stop it, without waiting for the window', () => {
    const lost = { verdict: 'Lost' } as const;
    const ask = (asking = guard(), seconds = 0) =>
      actionFor(found('SplitBrainRisk'), lost, since(seconds), asking, [], now)?.action;
    expect(ask()).toBe('Fence');
    const never = { ...guard(), spec: { ...guard().spec, policy: { ...policy, fence: 'Never' } } } as const;
    expect(ask(never)).toBeUndefined();
    expect(ask(never, 600)).toBe('RestartQuorum');
  });

  it('of an etcd that was stopped for that is to bring its data back, without waiting for the window either', () => {
    const fenced = { verdict: 'Lost', fencedBy: 'etcd-fence-1' } as const;
    const refused = recovery(
      { action: 'RestartQuorum' },
      { state: 'Refused' },
      { forCase: 'SplitBrainRisk', createdAt: since(10) },
    );
    const ask = (...before: readonly ReturnType<typeof recovery>[]) =>
      actionFor(found('SplitBrainRisk'), fenced, since(60), guard(), before, now)?.action;
    expect(ask()).toBe('RestartQuorum');
    expect(ask(refused)).toBe('RestoreFromSnapshot');
  });

  it('forgets what was refused for an earlier ailment of the same kind', () => {
    const earlier = recovery(
      { action: 'RestartQuorum' },
      { state: 'Refused' },
      { forCase: 'QuorumLost', createdAt: since(7200) },
    );
    const lost = { verdict: 'Lost' } as const;
    expect(actionFor(found('QuorumLost'), lost, since(700), guard(), [earlier], now)?.action).toBe('RestartQuorum');
  });

  it.each([
    ['failed', { state: 'Failed' }, false],
    ['was cancelled by a person', { state: 'Cancelled' }, true],
  ] as const)('goes on to what restores when starting intact members %s', (_what, status, cancel) => {
    const before = recovery({ action: 'RestartQuorum', cancel }, status, {
      forCase: 'QuorumLost',
      createdAt: since(10),
    });
    const lost = { verdict: 'Lost' } as const;
    expect(actionFor(found('QuorumLost'), lost, since(700), guard(), [before], now)?.action).toBe(
      'RestoreFromSnapshot',
    );
  });

  it('keeps to the question that is open, and begins anew with intact data when refusals are old', () => {
    const lost = { verdict: 'Lost', members: [{ look: {} }] } as never;
    const ask = (...recoveries: readonly ReturnType<typeof recovery>[]) =>
      actionFor(found('QuorumLost'), lost, since(7200), guard(), recoveries, now)?.action;
    const asked = (action: 'RestartQuorum' | 'RestoreFromSnapshot', status: object) =>
      recovery({ action }, status, { name: action, forCase: 'QuorumLost', createdAt: since(3600) });
    const refused = asked('RestartQuorum', { state: 'Refused', endTime: since(900) });
    expect(ask(refused)).toBe('RestartQuorum');
    expect(ask(refused, asked('RestoreFromSnapshot', { state: 'AwaitingApproval' }))).toBe('RestoreFromSnapshot');
    expect(ask(asked('RestartQuorum', { state: 'Refused', endTime: since(899) }))).toBe('RebuildFromSurvivor');
  });

  it('of an empty member_id is ReplaceMember where the members know none in the pod, or one that never started', () => {
    const ask = (members: readonly object[] | undefined, verdict = 'Quorate') =>
      actionFor(found('MemberIDFileEmpty'), { verdict, members } as never, undefined, guard(), [], now)?.action;
    expect(ask([{ podName: 'etcd-1', name: 'etcd-1' }])).toBe('ClearMemberID');
    expect(ask([{ podName: 'etcd-1', name: '' }])).toBe('ReplaceMember');
    expect(ask([{ podName: 'etcd-0', name: 'etcd-0' }])).toBe('ReplaceMember');
    expect(ask([{ podName: 'etcd-1', name: '' }], 'Lost')).toBe('ClearMemberID');
    expect(ask(undefined, 'Unknown')).toBe('ClearMemberID');
  });

  it('binds a volume only to a class that the guard names', () => {
    const pending = found('VolumePending');
    const lost = { verdict: 'Unknown' } as const;
    expect(actionFor(pending, lost, undefined, guard(), [], now)).toBeUndefined();
    const named = { ...guard(), spec: { ...guard().spec, storageClassName: 'fast' } };
    expect(actionFor(pending, lost, undefined, named, [], now)).toEqual({ action: 'BindPendingVolume' });
  });

  it.each(situations)('of $about never overwrites data before intact members were tried', ({ facts }) => {
    const { ailment, quorum } = diagnose(facts);
    const wanted = ailment && actionFor(ailment, quorum, since(86_400), guard(), [], now);
    expect(destructive).not.toContain(wanted?.action);
    if (wanted?.action === 'ReplaceMember') expect(quorum.verdict).toBe('Quorate');
    if (quorum.verdict === 'Unknown') expect([undefined, 'ClearMemberID', 'ReclaimSpace']).toContain(wanted?.action);
  });
});
