import { describe, expect, it } from '@jest/globals';
import type { Transition } from '../../../../src/api/coordinator-pair.ts';
import { memberStates } from '../../../../src/pair/decide/members.ts';
import type { RoleSessions } from '../../../../src/pair/decide/role-sessions.ts';
import { askedToken, decideSwitchover, type SwitchoverContext } from '../../../../src/pair/decide/switchover.ts';
import type { PodView } from '../../../../src/pair/pod-view.ts';
import { aPair } from '../support/pair.ts';
import { aPod, TEMPLATE } from '../support/pods.ts';
import { aSession, heldBy } from '../support/sessions.ts';
import { withoutActive } from '../support/situations.ts';
import { after, isoAfter, NOW } from '../support/time.ts';

const first = aPod('rootcoord-0');
const second = aPod('rootcoord-1');
const pods = [first, second];
const atRest = heldBy(aSession(7n), aSession(8n, 'rootcoord-1'));
const membersOf = (sessions: RoleSessions, present: readonly PodView[] = pods) =>
  memberStates(sessions, present, { now: NOW, ttlSeconds: 30 });

const asked: SwitchoverContext = {
  now: NOW,
  token: 'please-1',
  previous: { observedGeneration: 1 },
  members: membersOf(atRest),
  templateHash: TEMPLATE,
  mayAct: true,
  olderLayout: [],
};
const underWay: Transition = {
  type: 'Switchover',
  from: 'rootcoord-0',
  reason: 'Requested',
  step: 'MovingActive',
  token: 'please-1',
  startTime: isoAfter(-2),
  deadlineTime: isoAfter(118),
};
const failover: Transition = { ...underWay, type: 'Failover', reason: 'ActiveKeyGone' };
const reasonsOf = ({ events }: ReturnType<typeof decideSwitchover>) => events.map(({ reason }) => reason);

describe('a switchover', () => {
  it('begins with the record of it, before any act', () => {
    const decision = decideSwitchover(asked);
    expect(decision.transition).toEqual({
      type: 'Switchover',
      from: 'rootcoord-0',
      reason: 'Requested',
      step: 'MovingActive',
      token: 'please-1',
      startTime: isoAfter(0),
      deadlineTime: isoAfter(120),
    });
    expect(decision.endPod).toBeUndefined();
    expect(reasonsOf(decision)).toEqual(['SwitchoverStarted']);
  });

  it.each<[string, Partial<SwitchoverContext>]>([
    ['nobody asks', { token: '' }],
    [
      'the token was used',
      {
        previous: {
          observedGeneration: 1,
          lastSwitchover: { token: 'please-1', result: 'Completed', reason: 'ActiveMoved', time: isoAfter(-60) },
        },
      },
    ],
    [
      'the token was refused before',
      {
        previous: {
          observedGeneration: 1,
          lastSwitchover: { token: 'please-1', result: 'Refused', reason: 'NoStandby', time: isoAfter(-60) },
        },
      },
    ],
  ])('does not begin when %s', (_, changes) => {
    const { token, ...context } = { ...asked, ...changes };
    const decision = decideSwitchover({ ...context, ...(token ? { token } : {}) });
    expect(decision).toEqual({ events: [] });
  });

  it('is not begun for a token that was there before the pair was first seen', () => {
    const { previous, ...context } = asked;
    expect(previous).toBeDefined();
    expect(decideSwitchover(context)).toEqual({
      record: { token: 'please-1', result: 'Ignored', reason: 'FoundAtFirstSight', time: isoAfter(0) },
      events: [],
    });
  });

  it.each<[string, Partial<SwitchoverContext>, string]>([
    ['the operator may not act', { mayAct: false }, 'NotManaged'],
    ['ACTIVE changes too often', { mayAct: false, flappingUntil: after(300) }, 'Flapping'],
    ['another change is under way', { transition: failover }, 'TransitionInProgress'],
    ['nobody holds the role', { members: membersOf(heldBy(undefined, aSession(8n, 'rootcoord-1'))) }, 'NoActive'],
    ['the holder is dead', { members: membersOf(atRest, [second]) }, 'NoActive'],
    [
      'the holder is no pod of ours',
      { members: membersOf(heldBy(aSession(9n, 'elsewhere', { address: '10.9.9.9:1' }))) },
      'NoActive',
    ],
    ['nobody stands by', { members: membersOf(heldBy(aSession(7n))) }, 'NoStandby'],
    [
      'the standby is being deleted',
      { members: membersOf(atRest, [first, aPod('rootcoord-1', { terminating: true })]) },
      'NoStandby',
    ],
    ['coordinators of an older layout would snatch the role', { olderLayout: ['rootcoord-3'] }, 'OlderLayout'],
    [
      'the standby runs another template',
      { members: membersOf(atRest, [first, aPod('rootcoord-1', { templateHash: 'old' })]) },
      'StandbyOutdated',
    ],
  ])('is refused when %s', (_, changes, reason) => {
    const decision = decideSwitchover({ ...asked, ...changes });
    expect(decision.record).toEqual({ token: 'please-1', result: 'Refused', reason, time: isoAfter(0) });
    expect(decision.transition).toEqual(changes.transition);
    expect(decision.endPod).toBeUndefined();
    expect(reasonsOf(decision)).toEqual(['SwitchoverRefused']);
    expect(decision.events[0]?.note).toMatch(/^switchover please-1 refused: .{10,}/);
  });

  it('that is refused while ACTIVE changes too often says until when', () => {
    const { events } = decideSwitchover({ ...asked, mayAct: false, flappingUntil: after(300) });
    expect(events[0]?.note).toContain(`; ask again after ${isoAfter(300)}`);
  });

  it('ends the ACTIVE pod in order once it is recorded', () => {
    const decision = decideSwitchover({ ...asked, transition: underWay });
    expect(decision.endPod).toEqual({
      podName: 'rootcoord-0',
      podUID: 'uid-of-rootcoord-0',
      holderServerID: 7n,
      successor: aSession(8n, 'rootcoord-1'),
      why: 'switchover please-1',
    });
    expect(decision.transition).toBe(underWay);
  });

  it.each<[string, Partial<SwitchoverContext>]>([
    ['it is ending already', { members: membersOf(atRest, [aPod('rootcoord-0', { terminating: true }), second]) }],
    ['the standby is lost meanwhile', { members: membersOf(heldBy(aSession(7n))) }],
    ['nobody holds the role just now', { members: membersOf(heldBy(undefined, aSession(8n, 'rootcoord-1'))) }],
    ['the operator may not act any more', { mayAct: false }],
    ['its process is gone and its keys are not', { members: membersOf(atRest, [second]) }],
  ])('waits, and ends no pod, while %s', (_, changes) => {
    expect(decideSwitchover({ ...asked, transition: underWay, ...changes })).toEqual({
      transition: underWay,
      events: [],
    });
  });

  it('is completed when another pod holds the role', () => {
    const decision = decideSwitchover({
      ...asked,
      transition: underWay,
      members: membersOf(heldBy(aSession(8n, 'rootcoord-1'))),
    });
    expect(decision.record).toEqual({
      token: 'please-1',
      result: 'Completed',
      reason: 'ActiveMoved',
      time: isoAfter(0),
    });
    expect([decision.transition, decision.endPod]).toEqual([undefined, undefined]);
    expect(reasonsOf(decision)).toEqual(['SwitchoverCompleted']);
  });

  it('is completed even after its deadline, for what counts is the world', () => {
    const decision = decideSwitchover({
      ...asked,
      now: after(500),
      transition: underWay,
      members: membersOf(heldBy(aSession(8n, 'rootcoord-1'))),
    });
    expect(decision.record?.result).toBe('Completed');
  });

  it('has failed when its deadline is over', () => {
    const decision = decideSwitchover({ ...asked, now: after(119), transition: underWay });
    expect(decision.record).toEqual({
      token: 'please-1',
      result: 'Failed',
      reason: 'DeadlineExceeded',
      time: isoAfter(119),
    });
    expect([decision.transition, decision.endPod]).toEqual([undefined, undefined]);
    expect(decision.failed).toBe(underWay);
    expect(reasonsOf(decision)).toEqual(['SwitchoverFailed']);
  });

  it('that has failed while nobody holds the role is a failover from when the role was given up', () => {
    const decision = decideSwitchover({
      ...asked,
      now: after(119),
      transition: underWay,
      previous: { observedGeneration: 1, ...withoutActive(-1) },
      members: membersOf(heldBy(undefined, aSession(8n, 'rootcoord-1'))),
    });
    expect(decision.record?.result).toBe('Failed');
    expect(decision.transition).toEqual({
      type: 'Failover',
      from: 'rootcoord-0',
      reason: 'ActiveKeyGone',
      step: 'AwaitingHolder',
      startTime: isoAfter(1),
      deadlineTime: isoAfter(149),
    });
    expect(decision.events[0]?.note).toContain('nobody has taken it');
  });
});

describe('the token of a switchover', () => {
  const askedWith = (token: string) =>
    askedToken(aPair({ metadata: { annotations: { 'ha.milvus.io/switchover': token } } }));

  it('is the value of the annotation', () => {
    expect(askedWith('2026-01-01')).toBe('2026-01-01');
    expect(askedToken(aPair())).toBeUndefined();
  });

  it('is cut to what the status can hold, so that every request is answered', () => {
    expect(askedWith('x'.repeat(1_000))).toBe('x'.repeat(256));
  });
});
