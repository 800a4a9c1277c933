import { describe, expect, it } from '@jest/globals';
import type { Transition } from '../../../../src/api/coordinator-pair.ts';
import type { RoleSessions } from '../../../../src/pair/decide/role-sessions.ts';
import type { PodView } from '../../../../src/pair/pod-view.ts';
import { aContainer, aPod } from '../support/pods.ts';
import { alone, at, decide, held, newPod, nobody, oldPod } from '../support/rollouts.ts';
import { aSession, heldBy } from '../support/sessions.ts';
import { after, isoAfter } from '../support/time.ts';

describe('a rollout', () => {
  it('begins with the record of its first step, before any act', () => {
    const { transition, ends, told } = decide(held, [oldPod('rootcoord-0'), oldPod('rootcoord-1')]);
    expect(transition).toEqual({
      type: 'Rollout',
      from: 'rootcoord-0',
      reason: 'TemplateChanged',
      step: 'ReplacingStandby',
      templateHash: 'new',
      startTime: isoAfter(0),
      deadlineTime: isoAfter(600),
    });
    expect([ends, told]).toEqual([undefined, ['RolloutStarted']]);
  });

  it('ends the standby first', () => {
    const pods = [oldPod('rootcoord-0'), oldPod('rootcoord-1')];
    expect(decide(held, pods, at('ReplacingStandby', 'rootcoord-0')).endPod).toEqual({
      podName: 'rootcoord-1',
      podUID: 'uid-of-rootcoord-1',
      holderServerID: 7n,
      why: 'rollout, ReplacingStandby',
    });
  });

  it.each<[string, RoleSessions, readonly PodView[]]>([
    [
      'the old standby is still ending',
      held,
      [oldPod('rootcoord-0'), aPod('rootcoord-1', { templateHash: 'old', terminating: true })],
    ],
    ['the new standby is not there yet', alone, [oldPod('rootcoord-0')]],
    ['the new standby is not registered yet', alone, [oldPod('rootcoord-0'), newPod('rootcoord-1')]],
    [
      'only the old registration of the new standby is there',
      held,
      [oldPod('rootcoord-0'), aPod('rootcoord-1', { templateHash: 'new', ip: '10.0.0.77' })],
    ],
  ])('waits, and ends no pod, while %s', (_, sessions, pods) => {
    const transition = at('ReplacingStandby', 'rootcoord-0');
    expect(decide(sessions, pods, transition)).toMatchObject({ transition, ends: undefined, told: [] });
  });

  it('moves the role once the new standby is registered, and records that first', () => {
    const pods = [oldPod('rootcoord-0'), newPod('rootcoord-1')];
    const next = decide(held, pods, at('ReplacingStandby', 'rootcoord-0'));
    expect(next).toMatchObject({ step: 'MovingActive', ends: undefined, told: [] });
    expect(next.transition?.deadlineTime).toBe(isoAfter(120));
    expect(decide(held, pods, at('MovingActive', 'rootcoord-0'))).toMatchObject({
      ends: 'uid-of-rootcoord-0',
      told: [],
    });
  });

  it('waits for the standby to take over while nobody holds the role', () => {
    const sessions = heldBy(undefined, aSession(8n, 'rootcoord-1'));
    const transition = at('MovingActive', 'rootcoord-0');
    const pods = [aPod('rootcoord-0', { templateHash: 'old', terminating: true }), newPod('rootcoord-1')];
    expect(decide(sessions, pods, transition)).toMatchObject({ transition, ends: undefined });
  });

  it('is not over while nobody has taken the role, even if the old ACTIVE is back with the new template', () => {
    const sessions = heldBy(undefined, aSession(8n, 'rootcoord-1'));
    const transition = at('MovingActive', 'rootcoord-0');
    const pods = [newPod('rootcoord-0'), newPod('rootcoord-1')];
    expect(decide(sessions, pods, transition)).toMatchObject({ transition, ends: undefined, told: [] });
  });

  it('is not over while what is left of the old ACTIVE holds the role, even if its pod is back with the new template', () => {
    const transition = at('MovingActive', 'rootcoord-0');
    const back = aPod('rootcoord-0', { templateHash: 'new', uid: 'new-uid-of-rootcoord-0', ip: '10.0.0.77' });
    for (const pods of [[newPod('rootcoord-1')], [back, newPod('rootcoord-1')]])
      expect(decide(held, pods, transition)).toMatchObject({ transition, ends: undefined, told: [] });
  });

  it('waits for the last standby, and is completed when it is registered', () => {
    const moved = heldBy(aSession(8n, 'rootcoord-1'));
    const pods = [newPod('rootcoord-0'), newPod('rootcoord-1')];
    expect(decide(moved, pods, at('MovingActive', 'rootcoord-0'))).toMatchObject({
      step: 'AwaitingStandby',
      ends: undefined,
    });
    const done = decide(heldBy(aSession(8n, 'rootcoord-1'), aSession(9n)), pods, at('AwaitingStandby', 'rootcoord-1'));
    expect(done).toMatchObject({ told: ['RolloutCompleted'], ends: undefined });
    expect(done.transition).toBeUndefined();
  });

  it('starts with the standby too when the pods stand the other way round', () => {
    const sessions = heldBy(aSession(8n, 'rootcoord-1'), aSession(7n));
    const pods = [oldPod('rootcoord-0'), oldPod('rootcoord-1')];
    expect(decide(sessions, pods, at('ReplacingStandby', 'rootcoord-1')).ends).toBe('uid-of-rootcoord-0');
  });

  it('goes on from where it is when the spec changes in the middle: the new standby is outdated again', () => {
    const pods = [oldPod('rootcoord-0'), newPod('rootcoord-1')];
    const newest = { templateHash: 'newest', liveTemplateHash: 'newest' };
    expect(decide(held, pods, at('MovingActive', 'rootcoord-0'), newest)).toMatchObject({
      step: 'ReplacingStandby',
      ends: undefined,
    });
    const recorded = { ...at('ReplacingStandby', 'rootcoord-0'), templateHash: 'newest' };
    expect(decide(held, pods, recorded, newest).ends).toBe('new-uid-of-rootcoord-1');
  });

  it('is over at once when the spec is changed back before anything was replaced', () => {
    const back = { templateHash: 'old', liveTemplateHash: 'old' };
    const pods = [oldPod('rootcoord-0'), oldPod('rootcoord-1')];
    expect(decide(held, pods, at('ReplacingStandby', 'rootcoord-0'), back).told).toEqual(['RolloutCompleted']);
  });

  it('neither begins nor goes on while the operator may not act', () => {
    const pods = [oldPod('rootcoord-0'), oldPod('rootcoord-1')];
    const changes = { mayAct: false };
    expect(decide(held, pods, undefined, changes)).toMatchObject({ step: undefined, ends: undefined, told: [] });
    const transition = at('ReplacingStandby', 'rootcoord-0');
    expect(decide(held, pods, transition, changes)).toMatchObject({ transition, ends: undefined, told: [] });
  });

  it('ends no pod while the StatefulSet would make the next one of another template', () => {
    const pods = [oldPod('rootcoord-0'), oldPod('rootcoord-1')];
    const changes = { liveTemplateHash: 'old' };
    expect(decide(held, pods, undefined, changes)).toMatchObject({ step: 'ReplacingStandby', ends: undefined });
    const transition = at('ReplacingStandby', 'rootcoord-0');
    expect(decide(held, pods, transition, changes)).toMatchObject({ transition, ends: undefined, told: [] });
    const renewed = [oldPod('rootcoord-0'), newPod('rootcoord-1')];
    expect(decide(held, renewed, at('MovingActive', 'rootcoord-0'), changes).ends).toBeUndefined();
  });

  it('names who is to take the role when it ends the ACTIVE', () => {
    const pods = [oldPod('rootcoord-0'), newPod('rootcoord-1')];
    const { endPod } = decide(held, pods, at('MovingActive', 'rootcoord-0'));
    expect(endPod).toMatchObject({ holderServerID: 7n, successor: { serverID: 8n } });
  });

  it.each<[string, RoleSessions, readonly PodView[]]>([
    ['not healthy yet', held, [aPod('rootcoord-0', { templateHash: 'old', ready: false }), oldPod('rootcoord-1')]],
    ['dead and its keys live', held, [oldPod('rootcoord-1')]],
    ['being deleted', held, [aPod('rootcoord-0', { templateHash: 'old', terminating: true }), oldPod('rootcoord-1')]],
  ])('leaves the standby alone while the ACTIVE is %s', (_, sessions, pods) => {
    const from = pods.find(({ name }) => name === 'rootcoord-0')?.name;
    expect(decide(sessions, pods, at('ReplacingStandby', from)).ends).toBeUndefined();
  });

  it('does not touch the ACTIVE and stalls when the new standby is not up in time', () => {
    const pods = [oldPod('rootcoord-0'), newPod('rootcoord-1')];
    const late = decide(alone, pods, at('ReplacingStandby', 'rootcoord-0', 601));
    expect(late).toMatchObject({ stalledAt: 'ReplacingStandby', ends: undefined });
  });

  it('goes on by itself when a stalled standby registers after all', () => {
    const pods = [oldPod('rootcoord-0'), newPod('rootcoord-1')];
    const decision = decide(held, pods, at('ReplacingStandby', 'rootcoord-0', 601));
    expect([decision.step, decision.stalledAt]).toEqual(['MovingActive', undefined]);
  });

  it.each<Transition['type']>(['Failover', 'Switchover'])('does not begin during a %s', (type) => {
    const transition: Transition = { ...at('MovingActive', 'rootcoord-0'), type };
    const pods = [oldPod('rootcoord-0'), oldPod('rootcoord-1')];
    expect(decide(held, pods, transition)).toMatchObject({ transition, ends: undefined, told: [] });
  });
});

describe('a rollout where nobody holds the role', () => {
  const broken = aContainer({ runningSince: undefined, waiting: { reason: 'CrashLoopBackOff' } });
  const neverUp = (name: string) => aPod(name, { templateHash: 'old', ready: false, container: broken });
  const pods = [neverUp('rootcoord-0'), neverUp('rootcoord-1')];

  it('replaces pods of a broken template, one after the other', () => {
    expect(decide(nobody, pods)).toMatchObject({ step: 'ReplacingStandby', ends: undefined, told: ['RolloutStarted'] });
    expect(decide(nobody, pods, at('ReplacingStandby')).endPod).toMatchObject({
      podUID: 'uid-of-rootcoord-0',
      holderServerID: undefined,
    });
    const ending = [aPod('rootcoord-0', { templateHash: 'old', terminating: true }), neverUp('rootcoord-1')];
    expect(decide(nobody, ending, at('ReplacingStandby')).ends).toBe('uid-of-rootcoord-1');
  });

  it.each<[string, RoleSessions, readonly PodView[]]>([
    [
      'a registered member is about to take it',
      heldBy(undefined, aSession(8n, 'rootcoord-1')),
      [neverUp('rootcoord-0'), oldPod('rootcoord-1')],
    ],
    [
      'a pod of unknown address may be the registered one',
      heldBy(undefined, aSession(8n, 'rootcoord-1')),
      [neverUp('rootcoord-0'), aPod('rootcoord-1', { templateHash: 'old', ip: undefined, ready: false })],
    ],
  ])('waits while %s', (_, sessions, present) => {
    expect(decide(sessions, present, at('ReplacingStandby')).ends).toBeUndefined();
  });

  it('begins during a failover that nobody can complete: a mended spec gets through', () => {
    const failover: Transition = { ...at('AwaitingHolder', 'rootcoord-0'), type: 'Failover', reason: 'ActiveKeyGone' };
    expect(decide(nobody, pods, failover)).toMatchObject({
      step: 'ReplacingStandby',
      ends: undefined,
      told: ['RolloutStarted'],
    });
  });

  it('leaves such a failover as it is while there is nothing to replace', () => {
    const failover: Transition = { ...at('AwaitingHolder', 'rootcoord-0'), type: 'Failover', reason: 'ActiveKeyGone' };
    const present = [newPod('rootcoord-0'), newPod('rootcoord-1')];
    expect(decide(nobody, present, failover)).toMatchObject({ transition: failover, ends: undefined });
  });

  it('is judged by the time of the look', () => {
    expect(decide(nobody, pods, at('ReplacingStandby'), { now: after(1_000) }).stalledAt).toBe('ReplacingStandby');
  });
});
