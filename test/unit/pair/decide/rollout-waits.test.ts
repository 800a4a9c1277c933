import { describe, expect, it } from '@jest/globals';
import type { Transition } from '../../../../src/api/coordinator-pair.ts';
import type { RoleSessions } from '../../../../src/pair/decide/role-sessions.ts';
import type { RolloutContext } from '../../../../src/pair/decide/rollout.ts';
import type { PodView } from '../../../../src/pair/pod-view.ts';
import { aContainer, aPod } from '../support/pods.ts';
import { alone, at, decide, held, newPod, oldPod } from '../support/rollouts.ts';
import { aSession, heldBy } from '../support/sessions.ts';
import { after } from '../support/time.ts';

describe('a rollout whose new standby does not come up', () => {
  const pods = [oldPod('rootcoord-0'), newPod('rootcoord-1')];
  const waiting = (reason: string, ageSeconds: number) => [
    oldPod('rootcoord-0'),
    aPod('rootcoord-1', {
      templateHash: 'new',
      ready: false,
      createdAt: after(-ageSeconds),
      container: aContainer({ runningSince: undefined, waiting: { reason, message: 'not found' } }),
    }),
  ];

  it('is given up when its time is over and there is a template to go back to', () => {
    const late = at('ReplacingStandby', 'rootcoord-0', 601);
    const { failed, transition, ends } = decide(alone, pods, late, { lastGood: 'old' });
    expect(failed).toBe('rootcoord-1 was renewed and did not register');
    expect([transition, ends]).toEqual([undefined, undefined]);
  });

  it('is given up early when its container cannot be made, and tells why', () => {
    const early = at('ReplacingStandby', 'rootcoord-0', 150);
    const { failed } = decide(alone, waiting('ImagePullBackOff', 121), early, { lastGood: 'old' });
    expect(failed).toBe('rootcoord-1 was renewed and did not register (it waits with ImagePullBackOff: not found)');
  });

  it.each<[string, readonly PodView[], RolloutContext['lastGood']]>([
    ['there is no template to go back to', waiting('ImagePullBackOff', 121), undefined],
    ['the registry has not had its time', waiting('ImagePullBackOff', 60), 'old'],
    ['it crashes, which may pass', waiting('CrashLoopBackOff', 121), 'old'],
  ])('goes on waiting while %s', (_, present, lastGood) => {
    const transition = at('ReplacingStandby', 'rootcoord-0', 150);
    const decision = decide(alone, present, transition, lastGood === undefined ? {} : { lastGood });
    expect(decision).toMatchObject({ transition, ends: undefined });
    expect(decision.failed).toBeUndefined();
  });

  it('says when it will be given up', () => {
    const transition = at('ReplacingStandby', 'rootcoord-0');
    const { due } = decide(alone, waiting('ErrImagePull', 50), transition, { lastGood: 'old' });
    expect(due).toEqual(after(70));
  });

  it('goes back without a word and without approval', () => {
    const back: Partial<RolloutContext> = {
      templateHash: 'old',
      liveTemplateHash: 'old',
      puttingBack: true,
      policy: 'Supervised',
    };
    const begun = decide(alone, waiting('ImagePullBackOff', 121), undefined, back);
    expect(begun).toMatchObject({ step: 'ReplacingStandby', told: [], ends: undefined });
    expect(begun.transition).toMatchObject({ reason: 'PuttingBack', templateHash: 'old' });
    const acted = decide(alone, waiting('ImagePullBackOff', 121), begun.transition, back);
    expect(acted.ends).toBe('uid-of-rootcoord-1');
    const restored = [oldPod('rootcoord-0'), oldPod('rootcoord-1')];
    expect(decide(held, restored, begun.transition, back)).toMatchObject({ step: undefined, told: [] });
  });
});

describe('a supervised rollout', () => {
  const supervised: Partial<RolloutContext> = { policy: 'Supervised' };
  const renewed = [oldPod('rootcoord-0'), newPod('rootcoord-1')];

  it('renews the standby like any other', () => {
    const pods = [oldPod('rootcoord-0'), oldPod('rootcoord-1')];
    expect(decide(held, pods, at('ReplacingStandby', 'rootcoord-0'), supervised).ends).toBe('uid-of-rootcoord-1');
  });

  it('then proposes the move, and holds no lock while it waits', () => {
    const decision = decide(held, renewed, at('ReplacingStandby', 'rootcoord-0'), supervised);
    expect(decision).toMatchObject({ step: undefined, ends: undefined, told: [] });
    expect(decision.remedy).toMatchObject({
      action: 'MoveActive',
      policy: 'Approve',
      podUID: 'uid-of-rootcoord-0',
      reason: 'RolloutReady',
      act: { kind: 'Begin', transition: { type: 'Rollout', step: 'MovingActive', from: 'rootcoord-0' } },
    });
  });

  it('moves once the move has begun', () => {
    const decision = decide(held, renewed, at('MovingActive', 'rootcoord-0'), supervised);
    expect([decision.ends, decision.remedy]).toEqual(['uid-of-rootcoord-0', undefined]);
  });

  it('asks again when the spec has changed since the move has begun', () => {
    const pods = [oldPod('rootcoord-0'), aPod('rootcoord-1', { templateHash: 'newest' })];
    const newest: Partial<RolloutContext> = { ...supervised, templateHash: 'newest', liveTemplateHash: 'newest' };
    const decision = decide(held, pods, at('MovingActive', 'rootcoord-0'), newest);
    expect(decision.remedy?.action).toBe('MoveActive');
    expect(decision.ends).toBeUndefined();
  });
});

describe('a rollout that is paused in the middle', () => {
  const paused: Partial<RolloutContext> = { policy: 'Paused' };
  const half = [oldPod('rootcoord-0'), newPod('rootcoord-1')];
  const ending = (name: string) => aPod(name, { templateHash: 'old', terminating: true });
  const moved = heldBy(aSession(8n, 'rootcoord-1'));

  it.each<[string, RoleSessions, readonly PodView[], Transition]>([
    [
      'the old standby ends',
      held,
      [oldPod('rootcoord-0'), ending('rootcoord-1')],
      at('ReplacingStandby', 'rootcoord-0'),
    ],
    ['the new standby comes up', alone, half, at('ReplacingStandby', 'rootcoord-0')],
    ['the ACTIVE may have been told to end', held, half, at('MovingActive', 'rootcoord-0')],
    ['the ACTIVE ends', held, [ending('rootcoord-0'), newPod('rootcoord-1')], at('MovingActive', 'rootcoord-0', 500)],
    [
      'nobody holds the role yet',
      heldBy(undefined, aSession(8n, 'rootcoord-1')),
      half,
      at('MovingActive', 'rootcoord-0'),
    ],
    ['the last standby comes up', moved, [newPod('rootcoord-1')], at('AwaitingStandby', 'rootcoord-1')],
  ])('keeps its record, and ends no pod, while %s', (_, sessions, pods, transition) => {
    expect(decide(sessions, pods, transition, paused)).toMatchObject({ transition, ends: undefined, told: [] });
  });

  it.each<[string, readonly PodView[], Transition]>([
    ['nothing was replaced', [oldPod('rootcoord-0'), oldPod('rootcoord-1')], at('ReplacingStandby', 'rootcoord-0')],
    ['the new standby is registered', half, at('ReplacingStandby', 'rootcoord-0')],
    ['the ACTIVE was not told to end in time', half, at('MovingActive', 'rootcoord-0', 601)],
  ])('gives the lock back when both processes are there and %s', (_, pods, transition) => {
    expect(decide(held, pods, transition, paused)).toMatchObject({ step: undefined, ends: undefined, told: [] });
  });

  it('goes on from where it is when rollouts are no longer paused', () => {
    expect(decide(held, half, undefined)).toMatchObject({ step: 'MovingActive', told: ['RolloutStarted'] });
  });

  it('is completed all the same when the last standby was on its way', () => {
    const pods = [newPod('rootcoord-0'), newPod('rootcoord-1')];
    const sessions = heldBy(aSession(8n, 'rootcoord-1'), aSession(9n));
    expect(decide(sessions, pods, at('AwaitingStandby', 'rootcoord-1'), paused).told).toEqual(['RolloutCompleted']);
  });

  it('says so when the new standby does not come up', () => {
    const decision = decide(alone, half, at('ReplacingStandby', 'rootcoord-0', 601), { ...paused, lastGood: 'old' });
    expect([decision.stalledAt, decision.failed]).toEqual(['ReplacingStandby', undefined]);
  });
});
