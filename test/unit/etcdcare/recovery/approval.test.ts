import { describe, expect, it } from '@jest/globals';
import type { EtcdRecoveryStatus } from '../../../../src/api/etcd-recovery.ts';
import { approvalOf, policyOf } from '../../../../src/etcdcare/recovery/approval.ts';
import type { Plan } from '../../../../src/etcdcare/recovery/remedy.ts';
import { guard, now } from '../support/facts.ts';
import { recovery } from './support.ts';

const plan: Plan = { steps: ['do it'], mayLose: 'nothing', undo: 'undo it', evidence: 'seen', details: {} };
const ago = (minutes: number): string => new Date(now.getTime() - minutes * 60_000).toISOString();
const auto = { action: 'ReclaimSpace' } as const;

describe('the approval of a plan', () => {
  it('is given by a person who names its very hash, whatever the policy says', () => {
    const approved = recovery({ action: 'ReplaceMember', approval: { planHash: 'abc' } });
    expect(approvalOf(approved, { plan, hash: 'abc' }, guard(), [], now)).toEqual({ approved: true, by: 'Person' });
  });

  it('of another plan does not fit, even where the policy would let it run: somebody thought of something else', () => {
    const approved = recovery({ ...auto, approval: { planHash: 'abc' } });
    expect(approvalOf(approved, { plan, hash: 'def' }, guard(), [], now)).toEqual({
      approved: false,
      why: expect.stringMatching(
        /^the approval of abc does not fit: the plan is def by now; .*kubectl patch etcdrecovery repair -n milvus/,
      ),
    });
  });

  it('is the policy, for what is Auto', () => {
    expect(policyOf(guard(), 'ClearMemberID')).toBe('Auto');
    expect(policyOf(guard(), 'BindPendingVolume')).toBe('Approve');
    expect(approvalOf(recovery(auto), { plan, hash: 'abc' }, guard(), [], now)).toEqual({
      approved: true,
      by: 'Policy',
    });
    expect(approvalOf(recovery(), { plan, hash: 'abc' }, guard(), [], now)).toMatchObject({
      approved: false,
      why: expect.stringMatching(/^spec.policy of EtcdGuard etcd wants a person to decide/),
    });
  });

  it('needs a person for a plan that says so, whatever the policy says', () => {
    const dangerous = { ...plan, needsPerson: true };
    expect(approvalOf(recovery(auto), { plan: dangerous, hash: 'abc' }, guard(), [], now).approved).toBe(false);
  });

  it.each([
    ['one an hour ago', [{ state: 'Succeeded', approvedBy: 'Policy', startTime: ago(61) }], true],
    ['one within the hour', [{ state: 'Succeeded', approvedBy: 'Policy', startTime: ago(59) }], false],
    [
      'one within the hour that a person approved',
      [{ state: 'Succeeded', approvedBy: 'Person', startTime: ago(5) }],
      true,
    ],
    [
      'three within the day',
      [2, 5, 20].map((hours) => ({ state: 'Succeeded', approvedBy: 'Policy', startTime: ago(60 * hours) })),
      false,
    ],
    [
      'one that failed within the day',
      [{ state: 'Failed', approvedBy: 'Policy', startTime: ago(600), endTime: ago(590) }],
      false,
    ],
    [
      'one that failed before that',
      [{ state: 'Failed', approvedBy: 'Policy', startTime: ago(1600), endTime: ago(1590) }],
      true,
    ],
  ] as const)('by the policy keeps to the budget: %s', (_, statuses, approved) => {
    const others = statuses.map((status, index) =>
      recovery(auto, status as EtcdRecoveryStatus, { name: `earlier-${index}` }),
    );
    expect(approvalOf(recovery(auto), { plan, hash: 'abc' }, guard(), others, now).approved).toBe(approved);
  });

  it.each([
    [
      'ran within the hour',
      { startTime: ago(30), endTime: ago(20), failed: false },
      /^the budget of 1 an hour is spent/,
    ],
    ['failed within the day', { startTime: ago(600), endTime: ago(590), failed: true }, /did the same .* and failed/],
    ['was deleted before it ended', { startTime: ago(600) }, /was deleted before its end was seen/],
  ])('by the policy counts one that %s and that somebody has deleted since', (_, run, why) => {
    const gone = { recoveryUID: 'gone', recoveryName: 'earlier', action: 'ReclaimSpace', ...run };
    const remembering = { ...guard(), status: { automaticRuns: [gone] } };
    expect(approvalOf(recovery(auto), { plan, hash: 'abc' }, remembering, [], now)).toEqual({
      approved: false,
      why: expect.stringMatching(why) as unknown,
    });
  });

  it('by the policy does not count other actions', () => {
    const others = [
      recovery({ action: 'Defragment' }, { approvedBy: 'Policy', startTime: ago(1) }, { name: 'earlier' }),
    ];
    expect(approvalOf(recovery(auto), { plan, hash: 'abc' }, guard(), others, now).approved).toBe(true);
  });
});
