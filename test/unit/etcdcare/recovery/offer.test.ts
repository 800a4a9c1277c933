import { describe, expect, it } from '@jest/globals';
import type { EtcdRecoveryStatus } from '../../../../src/api/etcd-recovery.ts';
import { offerOf, type Offer } from '../../../../src/etcdcare/recovery/offer.ts';
import { guard } from '../support/facts.ts';
import { worldOf } from './remedies/worlds.ts';
import { recovery } from './support.ts';

const plan = { steps: ['do it'], mayLose: 'nothing', undo: 'undo it', evidence: 'seen', details: {} };
const began = new Date('2026-11-21T12:00:00Z');
const after = (minutes: number): Date => new Date(began.getTime() + minutes * 60_000);

const look = (now: Date, before?: Offer, { forCase, own = false }: { forCase?: string; own?: boolean } = {}): Offer => {
  const status: EtcdRecoveryStatus = before
    ? { planHash: before.hash, planExpiresTime: before.expires.toISOString() }
    : {};
  const asked = recovery({}, status, forCase === undefined ? {} : { forCase });
  return offerOf({ recovery: asked, guard: guard(), world: worldOf(), plan }, own, now);
};

describe('a plan that waits for its approval', () => {
  it('is the same for half an hour, and then over', () => {
    const first = look(began);
    expect(first).toMatchObject({ expires: after(30), hasExpired: false });
    expect(look(after(30), first)).toEqual(first);
    expect(look(after(31), first)).toEqual({ ...first, hasExpired: true });
  });

  it.each([
    ['a guard asked for it', { forCase: 'QuorumLost' }],
    ['something was changed for it already', { own: true }],
  ])('is asked again after that where %s, and an approval of before fits no more', (_why, how) => {
    const first = look(began, undefined, how);
    expect(look(after(29), first, how)).toEqual(first);
    const second = look(after(31), first, how);
    expect(second).toMatchObject({ expires: after(61), hasExpired: false });
    expect(second.hash).not.toBe(first.hash);
    expect(look(after(60), second, how)).toEqual(second);
  });

  it('is another one as soon as it has changed, with half an hour of its own', () => {
    const other = { hash: 'of another plan', expires: after(5) };
    expect(look(after(1), { ...other, hasExpired: false })).toMatchObject({ expires: after(31), hasExpired: false });
  });
});
