import { describe, expect, it } from '@jest/globals';
import type { CoordinatorPairStatus } from '../../../../src/api/coordinator-pair.ts';
import { askedApproval, decideApprovals } from '../../../../src/pair/decide/approvals.ts';
import type { Remedy } from '../../../../src/pair/decide/remedy.ts';
import { aPair } from '../support/pair.ts';
import { after, isoAfter, NOW } from '../support/time.ts';

const remedy: Remedy = {
  action: 'StopPod',
  policy: 'Approve',
  podUID: 'uid-1',
  reason: 'StuckHolder',
  evidence: 'it does not stop',
  risk: 'it is killed',
  act: {
    kind: 'EndPod',
    endPod: { podName: 'rootcoord-0', podUID: 'uid-1', holderServerID: 7n, why: 'it does not stop' },
  },
};
const seenBefore: CoordinatorPairStatus = { observedGeneration: 1 };

/** One look: what was stored, what the annotation says, what is called for. */
function look(
  stored: CoordinatorPairStatus | undefined,
  approval: string | undefined,
  remedies: readonly Remedy[],
  now = NOW,
) {
  const decision = decideApprovals(remedies, { now, previous: stored, approval });
  const { proposals, lastApproval } = decision;
  const status: CoordinatorPairStatus = { ...seenBefore, proposals, ...(lastApproval ? { lastApproval } : {}) };
  return { ...decision, status, told: decision.events.map(({ reason }) => reason) };
}

const proposed = look(seenBefore, undefined, [remedy]);
const id = proposed.proposals[0]?.id ?? '';

describe('a proposal', () => {
  it('shows what would be done, why, what it may cost and until when it can be approved', () => {
    expect(proposed.proposals).toEqual([
      {
        id: expect.stringMatching(/^[0-9a-f]{16}$/),
        action: 'StopPod',
        reason: 'StuckHolder',
        evidence: 'it does not stop',
        risk: 'it is killed',
        expiresTime: isoAfter(1_800),
      },
    ]);
    expect([proposed.granted, proposed.told]).toEqual([[], ['ProposalCreated']]);
    expect(proposed.events[0]?.note).toContain(`ha.milvus.io/approve=${id}`);
  });

  it('stays the same while what it was made of stays the same', () => {
    const again = look(proposed.status, undefined, [remedy], after(600));
    expect([again.proposals, again.told]).toEqual([proposed.proposals, []]);
  });

  it.each<[string, Remedy]>([
    ['its evidence', { ...remedy, evidence: 'it still does not stop' }],
    ['its pod', { ...remedy, podUID: 'uid-2' }],
    ['its action', { ...remedy, action: 'ForceDeletePod' }],
  ])('is another one when %s changes', (_, changed) => {
    const next = look(proposed.status, undefined, [changed], after(60));
    expect(next.proposals.map((proposal) => proposal.id)).not.toContain(id);
    expect(next.told).toEqual(['ProposalCreated']);
  });

  it('goes without a word when its cause is gone', () => {
    expect(look(proposed.status, undefined, [])).toMatchObject({ proposals: [], told: [], granted: [] });
  });

  it('is followed by another one when it expires', () => {
    const next = look(proposed.status, undefined, [remedy], after(1_800));
    expect(next.told).toEqual(['ProposalExpired', 'ProposalCreated']);
    expect(next.proposals).toMatchObject([{ action: 'StopPod', expiresTime: isoAfter(3_600) }]);
    expect(next.proposals[0]?.id).not.toBe(id);
  });

  it('is not made of what needs no approval', () => {
    const auto: Remedy = { ...remedy, policy: 'Auto' };
    expect(look(seenBefore, undefined, [auto])).toMatchObject({ proposals: [], told: [], granted: [auto] });
  });
});

describe('an approval', () => {
  const approved = look(proposed.status, id, [remedy], after(60));

  it('is recorded, told, and lets exactly its remedy be carried out', () => {
    const other: Remedy = { ...remedy, podUID: 'uid-2' };
    const decision = look(proposed.status, id, [other, remedy], after(60));
    expect(decision.granted).toEqual([remedy]);
    expect(decision.lastApproval).toEqual({
      id,
      action: 'StopPod',
      result: 'Approved',
      reason: 'Approved',
      time: isoAfter(60),
    });
    expect(decision.told).toEqual(['ProposalCreated', 'ProposalApproved']);
  });

  it('goes on at each look until it is done: an operator may be restarted in between', () => {
    const next = look(approved.status, id, [remedy], after(120));
    expect([next.granted, next.told]).toEqual([[remedy], []]);
    expect(next.lastApproval).toEqual(approved.lastApproval);
  });

  it('is completed when its cause is gone', () => {
    const done = look(approved.status, id, [], after(120));
    expect(done.lastApproval).toMatchObject({ id, action: 'StopPod', result: 'Completed', time: isoAfter(120) });
    expect(look(done.status, id, [], after(180))).toMatchObject({ lastApproval: done.lastApproval, told: [] });
  });

  it('is taken back by taking the annotation away', () => {
    expect(look(approved.status, undefined, [remedy], after(120)).granted).toEqual([]);
  });

  it('counts no longer when it could not be carried out in time', () => {
    const late = look(approved.status, id, [remedy], after(1_800));
    expect(late.lastApproval).toMatchObject({ id, result: 'Expired', reason: 'NotDoneInTime' });
    expect([late.granted, late.told]).toEqual([[], ['ProposalExpired', 'ProposalCreated']]);
  });

  it.each<[string, CoordinatorPairStatus, readonly Remedy[], Date, string]>([
    ['names no proposal', seenBefore, [remedy], NOW, 'NoSuchProposal'],
    ['comes too late', proposed.status, [remedy], after(1_800), 'Expired'],
    ['comes when its cause is gone', proposed.status, [], after(60), 'CauseGone'],
    ['fits what was seen then and not now', proposed.status, [{ ...remedy, evidence: 'x' }], after(60), 'CauseGone'],
  ])('is refused, once, when it %s', (_, stored, remedies, now, reason) => {
    const refused = look(stored, id, remedies, now);
    expect(refused.lastApproval).toEqual({ id, result: 'Refused', reason, time: now.toISOString() });
    expect(refused.granted).toEqual([]);
    expect(refused.told).toContain('ProposalRefused');
    expect(look(refused.status, id, remedies, now).told).toEqual([]);
  });

  it('of a proposal that this very look makes is refused: nobody can have read it', () => {
    expect(look(seenBefore, id, [remedy]).granted).toEqual([]);
  });

  it('that was there before the pair was first seen is none', () => {
    const first = look(undefined, 'a', [remedy]);
    expect(first.lastApproval).toEqual({ id: 'a', result: 'Ignored', reason: 'FoundAtFirstSight', time: isoAfter(0) });
    expect([first.granted, first.told]).toEqual([[], ['ProposalCreated']]);
  });

  it('is the value of the annotation, cut to what the status can hold', () => {
    expect(askedApproval(aPair())).toBeUndefined();
    const annotated = aPair({ metadata: { annotations: { 'ha.milvus.io/approve': 'x'.repeat(100) } } });
    expect(askedApproval(annotated)).toBe('x'.repeat(64));
  });
});
