import { describe, expect, it } from '@jest/globals';
import type { Transition } from '../../../../src/api/coordinator-pair.ts';
import { templateToHold, type HeldTemplateContext } from '../../../../src/pair/decide/held-template.ts';
import { memberStates } from '../../../../src/pair/decide/members.ts';
import type { RoleSessions } from '../../../../src/pair/decide/role-sessions.ts';
import type { PodView } from '../../../../src/pair/pod-view.ts';
import { aPod } from '../support/pods.ts';
import { aSession, heldBy } from '../support/sessions.ts';
import { isoAfter, NOW } from '../support/time.ts';

const pod = (name: string, templateHash: string, changes: Partial<PodView> = {}) =>
  aPod(name, { templateHash, ...changes });
const old0 = pod('rootcoord-0', 'old');
const old1 = pod('rootcoord-1', 'old');
const new1 = pod('rootcoord-1', 'new');
const both = heldBy(aSession(7n), aSession(8n, 'rootcoord-1'));
const alone = heldBy(aSession(7n));
const nobody = heldBy(undefined);
const replacing: Transition = {
  type: 'Rollout',
  from: 'rootcoord-0',
  reason: 'TemplateChanged',
  step: 'ReplacingStandby',
  templateHash: 'new',
  startTime: isoAfter(-5),
  deadlineTime: isoAfter(595),
};
const failed = { templateHash: 'new', reason: 'it did not register', time: isoAfter(-5) };

interface World extends Partial<HeldTemplateContext> {
  readonly sessions: RoleSessions;
  readonly pods: readonly PodView[];
}

function held({ sessions, pods, ...changes }: World): string {
  return templateToHold({
    policy: 'Automatic',
    known: true,
    members: memberStates(sessions, pods, { now: NOW, ttlSeconds: 30, deaths: [] }),
    hasPods: pods.length > 0,
    wished: 'new',
    live: 'live',
    transition: undefined,
    failed: undefined,
    serving: 'old',
    ...changes,
  });
}

describe('the StatefulSet', () => {
  it.each<[string, World, string]>([
    ['is not written while rollouts are paused', { sessions: both, pods: [old0, old1], policy: 'Paused' }, 'live'],
    [
      "holds the ACTIVE's template again when rollouts are paused before the standby was replaced",
      { sessions: both, pods: [old0, old1], policy: 'Paused', live: 'new' },
      'old',
    ],
    [
      "holds the ACTIVE's template again when rollouts are paused and the new standby has not come up",
      { sessions: alone, pods: [old0, new1], policy: 'Paused', live: 'new', transition: replacing },
      'old',
    ],
    [
      'keeps the template that a registered standby runs when rollouts are paused',
      { sessions: both, pods: [old0, new1], policy: 'Paused', live: 'new' },
      'new',
    ],
    ['is not written while etcd is not known', { sessions: nobody, pods: [old0, old1], known: false }, 'live'],
    ['holds the wished template while there are no pods', { sessions: nobody, pods: [], known: false }, 'new'],
    ["holds the ACTIVE's template until a rollout is recorded", { sessions: both, pods: [old0, old1] }, 'old'],
    [
      'holds the wished template while the standby is about to be replaced',
      { sessions: both, pods: [old0, old1], transition: replacing },
      'new',
    ],
    [
      'holds the wished template while the old standby ends',
      { sessions: both, pods: [old0, pod('rootcoord-1', 'old', { terminating: true })], transition: replacing },
      'new',
    ],
    [
      'holds the wished template while the new standby is not made',
      { sessions: alone, pods: [old0], transition: replacing },
      'new',
    ],
    [
      "holds the ACTIVE's template again once the new standby is made: it has not come up yet",
      { sessions: alone, pods: [old0, new1], transition: replacing },
      'old',
    ],
    [
      'holds the wished template once the new standby is registered',
      { sessions: both, pods: [old0, new1], transition: replacing },
      'new',
    ],
    [
      'holds the wished template once the ACTIVE is made from it',
      { sessions: heldBy(aSession(8n, 'rootcoord-1')), pods: [new1], transition: undefined },
      'new',
    ],
    [
      'goes by the newest spec when it changes in the middle',
      { sessions: both, pods: [old0, new1], wished: 'newest', transition: replacing },
      'old',
    ],
    ['holds what worked when the wished template was given up', { sessions: alone, pods: [old0, new1], failed }, 'old'],
    [
      'holds what served last when nobody is left',
      { sessions: nobody, pods: [new1], failed, transition: replacing },
      'old',
    ],
    [
      'stays as it is when nothing else has ever served',
      { sessions: nobody, pods: [new1], failed, serving: undefined },
      'live',
    ],
    [
      'is tried with another template after one was given up',
      { sessions: nobody, pods: [new1], wished: 'newest', failed },
      'newest',
    ],
    [
      'lets a lost ACTIVE come back as it was when the rollout has lost it on the way',
      { sessions: nobody, pods: [new1], transition: replacing },
      'old',
    ],
    [
      'holds the wished template when nobody could be lost: it may be the cure',
      { sessions: nobody, pods: [old0, old1], transition: { ...replacing, from: undefined } as unknown as Transition },
      'new',
    ],
    [
      'is not written while a registered standby is about to take over',
      { sessions: heldBy(undefined, aSession(8n, 'rootcoord-1')), pods: [old1] },
      'live',
    ],
  ])('%s', (_, world, expected) => {
    expect(held(world)).toBe(expected);
  });
});
