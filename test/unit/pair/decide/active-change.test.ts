import { describe, expect, it } from '@jest/globals';
import type { CoordinatorPairStatus, Transition } from '../../../../src/api/coordinator-pair.ts';
import { activeChange, type ActiveChangeContext } from '../../../../src/pair/decide/active-change.ts';
import type { ProvenDeath } from '../../../../src/pair/decide/death.ts';
import { memberStates } from '../../../../src/pair/decide/members.ts';
import type { RoleSessions } from '../../../../src/pair/decide/role-sessions.ts';
import type { PodView } from '../../../../src/pair/pod-view.ts';
import { aContainer, aPod } from '../support/pods.ts';
import { aSession, heldBy } from '../support/sessions.ts';
import { stopOf, firstCutOff, withoutActive } from '../support/situations.ts';
import { after, isoAfter, NOW } from '../support/time.ts';

const first = aPod('rootcoord-0');
const second = aPod('rootcoord-1');
const atRest = heldBy(aSession(7n), aSession(8n, 'rootcoord-1'));
const crashedAt = (finishedAt: string): PodView =>
  aPod('rootcoord-0', {
    ready: false,
    container: aContainer({
      runningSince: undefined,
      terminated: { exitCode: 137, reason: 'OOMKilled', finishedAt },
    }),
  });
const crashed = crashedAt('2026-01-01T11:59:59Z');

/** rootcoord-0 was ACTIVE, as server 7. */
const before: CoordinatorPairStatus = {
  active: {
    podName: 'rootcoord-0',
    nodeName: 'node-a',
    address: '10.0.0.1:53100',
    serverID: '7',
    sinceTime: isoAfter(-3600),
  },
};
const failover = (reason: string, secondsAgo: number): Transition => ({
  type: 'Failover',
  from: 'rootcoord-0',
  reason,
  step: 'AwaitingLease',
  startTime: isoAfter(-secondsAgo),
  deadlineTime: isoAfter(30 - secondsAgo),
});
const planned = (type: 'Switchover' | 'Rollout', step = 'MovingActive'): Transition => ({
  ...failover('Requested', 2),
  type,
  step,
});

function changeIn(
  sessions: RoleSessions,
  pods: readonly PodView[],
  previous: CoordinatorPairStatus | undefined,
  {
    stopped = false,
    deaths = [],
    stops = [],
    endedSessions = [],
    nodes = new Map(),
    unwatched,
  }: Partial<ActiveChangeContext> = {},
) {
  const known = previous?.active ? [{ ...previous.active, leaseID: `${previous.active.serverID}000` }] : [];
  const members = memberStates(sessions, pods, { now: NOW, ttlSeconds: 30, stops, known });
  return activeChange(members, previous, {
    now: NOW,
    ttlSeconds: 30,
    stopped,
    deaths,
    stops,
    endedSessions,
    nodes,
    ...(unwatched ? { unwatched } : {}),
  });
}
const died = (secondsAgo: number): ProvenDeath => ({
  serverID: 7n,
  lease: 7000n,
  seenTime: after(-secondsAgo),
  evidence: 'its container ended',
});
const taken = (result: 'Approved' | 'Completed', secondsAgo: number): Pick<CoordinatorPairStatus, 'lastApproval'> => ({
  lastApproval: { id: 'a', action: 'RevokeLease', result, reason: 'x', time: isoAfter(-secondsAgo) },
});
const reasonsOf = ({ events }: ReturnType<typeof changeIn>) => events.map(({ reason }) => reason);

describe('a change of ACTIVE', () => {
  it('is nothing while the same process holds the role', () => {
    expect(changeIn(atRest, [first, second], before)).toEqual({ active: before.active, events: [] });
  });

  it('is an election and no failover where nobody was ACTIVE before', () => {
    const change = changeIn(atRest, [first, second], undefined);
    expect(change.active).toEqual({ ...before.active, sinceTime: isoAfter(0) });
    expect(reasonsOf(change)).toEqual(['ActiveElected']);
    expect([change.lastFailover, change.completed]).toEqual([undefined, undefined]);
  });

  it('is nothing where nobody is and nobody was', () => {
    expect(changeIn(heldBy(undefined), [first], undefined)).toEqual({ events: [] });
  });

  it('begins when the container of the ACTIVE ends, before its lease does', () => {
    const change = changeIn(atRest, [crashed, second], before);
    expect(change.active?.serverID).toBe('7');
    expect(change.transition).toEqual({
      type: 'Failover',
      from: 'rootcoord-0',
      reason: 'ActiveProcessEnded',
      step: 'AwaitingLease',
      startTime: isoAfter(0),
      deadlineTime: isoAfter(30),
    });
    expect(reasonsOf(change)).toEqual(['ActiveLost', 'FailoverStarted']);
    expect(change.events[0]?.note).toContain('exit code 137 (OOMKilled)');
  });

  it('begins when the pod of the ACTIVE is gone and its keys are not', () => {
    const change = changeIn(atRest, [second], before);
    expect(change.transition?.reason).toBe('ActiveProcessEnded');
    expect(change.active).toEqual(before.active);
  });

  it('begins when the container restarted in place and the dead key is still there', () => {
    const change = changeIn(heldBy(aSession(7n), aSession(8n, 'rootcoord-1'), aSession(9n)), [first, second], before);
    expect(change.transition?.reason).toBe('ActiveProcessEnded');
  });

  it('does not begin while the address of the pod is not reported yet', () => {
    const change = changeIn(atRest, [aPod('rootcoord-0', { ip: undefined, ready: false }), second], before);
    expect([change.transition, change.events]).toEqual([undefined, []]);
  });

  it('begins when the key is gone first', () => {
    const change = changeIn(heldBy(undefined, aSession(8n, 'rootcoord-1')), [first, second], before);
    expect(change.transition).toMatchObject({
      reason: 'ActiveKeyGone',
      step: 'AwaitingHolder',
      deadlineTime: isoAfter(30),
    });
    expect(change.active).toBeUndefined();
  });

  it('is told once: while the failover is recorded no event is repeated', () => {
    const previous = { ...before, transition: failover('ActiveProcessEnded', 5) };
    expect(changeIn(atRest, [crashed, second], previous)).toEqual({
      active: before.active,
      transition: previous.transition,
      events: [],
    });
  });

  it.each<[string, Transition, readonly PodView[], string, number]>([
    ['by the end of the lease', failover('ActiveProcessEnded', 25), [crashed, second], 'LeaseExpired', 25_000],
    [
      'by a revoke, long before the lease could end',
      failover('ActiveProcessEnded', 3),
      [crashed, second],
      'LeaseRevoked',
      3_000,
    ],
    ['in order', failover('ActiveKeyGone', 1), [second], 'Released', 1_000],
    ['after an end that came when its key was gone', failover('ActiveKeyGone', 1), [crashed, second], 'Unknown', 1_000],
    [
      'after a crash that the kubelet told of when the lease had run out',
      failover('ActiveKeyGone', 1),
      [crashedAt('2026-01-01T11:59:35Z'), second],
      'LeaseExpired',
      1_000,
    ],
  ])('is completed %s', (_, transition, pods, how, durationMilliseconds) => {
    const change = changeIn(heldBy(aSession(8n, 'rootcoord-1')), pods, { ...before, transition });
    const told = { from: 'rootcoord-0', to: 'rootcoord-1', reason: transition.reason, how, durationMilliseconds };
    expect(change.lastFailover).toEqual({ ...told, noticedTime: transition.startTime, endTime: isoAfter(0) });
    expect(change.completed).toEqual({ ...told, time: isoAfter(0), type: 'Failover' });
    expect(change.transition).toBeUndefined();
    expect(reasonsOf(change)).toEqual(['ActiveElected', 'FailoverCompleted']);
  });

  it('is completed too when the key was free for a while and no ACTIVE stands in the status', () => {
    const change = changeIn(heldBy(aSession(8n, 'rootcoord-1')), [second], {
      transition: failover('ActiveKeyGone', 4),
    });
    expect(change.lastFailover).toMatchObject({ from: 'rootcoord-0', to: 'rootcoord-1', durationMilliseconds: 4_000 });
  });

  it.each<[string, CoordinatorPairStatus, readonly PodView[]]>([
    ['and nothing is known of the old process', before, [first, second]],
    ['and the old process was killed', before, [crashed, second]],
    ['and the old pod is gone', before, [second]],
    [
      'and the failover had begun before',
      { ...before, transition: failover('ActiveProcessEnded', 25) },
      [crashed, second],
    ],
  ])('is told without a duration when it happened while the operator was away %s', (_, previous, pods) => {
    const change = changeIn(heldBy(aSession(8n, 'rootcoord-1')), pods, previous, { unwatched: true });
    expect([change.lastFailover?.how, change.completed?.how]).toEqual(['Unknown', 'Unknown']);
    expect(change.lastFailover).not.toHaveProperty('durationMilliseconds');
    expect(change.completed).not.toHaveProperty('durationMilliseconds');
    expect(change.events.at(-1)?.note).toBe(
      'rootcoord-1 took over from rootcoord-0 while the operator was away or could not read etcd: when and how is not known',
    );
  });

  it('of a dead process whose keys went early was a revoke, though the operator was away', () => {
    const previous = { ...before, transition: failover('ActiveProcessEnded', 3) };
    const change = changeIn(heldBy(aSession(8n, 'rootcoord-1')), [crashed, second], previous, { unwatched: true });
    expect(change.lastFailover?.how).toBe('LeaseRevoked');
    expect(change.events.at(-1)?.note).toMatch(/when is not known \(LeaseRevoked\)$/);
  });

  it('of which nothing was known before the new holder was seen is told as unseen', () => {
    const change = changeIn(heldBy(aSession(8n, 'rootcoord-1')), [first, second], before);
    expect(change.lastFailover).toMatchObject({ reason: 'ActiveChangedUnseen', how: 'Unknown' });
  });

  it.each<[string, Transition]>([
    ['switchover', planned('Switchover')],
    ['rollout', planned('Rollout')],
  ])('by a %s is no failover and leaves the transition to who began it', (_, transition) => {
    const change = changeIn(heldBy(aSession(8n, 'rootcoord-1')), [first, second], { ...before, transition });
    expect(change.transition).toBe(transition);
    expect(change.lastFailover).toBeUndefined();
    expect(change.completed).toMatchObject({
      type: transition.type,
      from: 'rootcoord-0',
      to: 'rootcoord-1',
      durationMilliseconds: 2_000,
    });
    expect(reasonsOf(change)).toEqual(['ActiveElected']);
  });

  it('by a switchover is told as in order when the end of the old process is seen with the new holder', () => {
    const previous = { ...before, transition: planned('Switchover') };
    const change = changeIn(heldBy(aSession(8n, 'rootcoord-1')), [second], previous, { deaths: [died(0)] });
    expect(change.completed?.how).toBe('Released');
  });

  it('while a rollout replaces the standby is a failover beside it', () => {
    const transition = planned('Rollout', 'ReplacingStandby');
    const change = changeIn(heldBy(aSession(8n, 'rootcoord-1')), [crashed, second], { ...before, transition });
    expect(change.transition).toBe(transition);
    expect(change.lastFailover).toMatchObject({
      from: 'rootcoord-0',
      to: 'rootcoord-1',
      reason: 'ActiveChangedUnseen',
    });
  });

  it('was by the end of the lease where the node of the one before does not answer', () => {
    const change = changeIn(heldBy(aSession(8n, 'rootcoord-1')), [first, second], before, { nodes: firstCutOff });
    expect(change.lastFailover?.how).toBe('LeaseExpired');
  });

  it.each<[string, CoordinatorPairStatus, readonly ProvenDeath[], number, string]>([
    ['from when nobody held the role', withoutActive(7), [], 7_000, 'Released'],
    ['from the proof of the death', before, [died(4)], 4_000, 'LeaseRevoked'],
    ['from the earlier of the two', { ...before, ...withoutActive(20) }, [died(25)], 25_000, 'LeaseExpired'],
  ])('during a rollout lasts %s', (_, previous, deaths, durationMilliseconds, how) => {
    const transition = planned('Rollout', 'ReplacingStandby');
    const change = changeIn(heldBy(aSession(8n, 'rootcoord-1')), [second], { ...previous, transition }, { deaths });
    expect(change.lastFailover).toMatchObject({
      from: 'rootcoord-0',
      durationMilliseconds,
      how,
      noticedTime: isoAfter(-durationMilliseconds / 1_000),
    });
  });

  it('begins when its process was told to stop and keeps the role', () => {
    const pod = aPod('rootcoord-0', { terminating: true });
    const change = changeIn(atRest, [pod, second], before, { stops: [stopOf('rootcoord-0', 1)] });
    expect(change.active?.serverID).toBe('7');
    expect(change.transition).toMatchObject({ type: 'Failover', from: 'rootcoord-0', reason: 'ActiveStopping' });
    expect(change.events[0]?.note).toContain('/healthz says Abnormal');
  });

  it('goes on while its process hangs in the stop', () => {
    const pod = aPod('rootcoord-0', { terminating: true });
    const transition = failover('ActiveStopping', 2);
    const change = changeIn(atRest, [pod, second], { ...before, transition }, { stops: [stopOf('rootcoord-0', 3)] });
    expect([change.transition, change.events]).toEqual([transition, []]);
  });

  it.each<[string, number, ActiveChangeContext['endedSessions'], string]>([
    ['was ended by the operator', 1, [{ of: 'rootcoord-0', time: NOW }], 'LeaseRevoked'],
    ['it gave up, that of an earlier process ended before', 1, [{ of: 'rootcoord-0', time: after(-300) }], 'Released'],
    ['it gave up before the operator ended it', 1, [], 'Released'],
    ['ran out', 25, [], 'LeaseExpired'],
  ])('away from a process that stopped whose session %s', (_, stoppedSeconds, endedSessions, how) => {
    const stopping = {
      state: 'Stopping',
      serverID: '7',
      leaseID: '7000',
      stoppingTime: isoAfter(-stoppedSeconds),
    } as const;
    const previous = { ...before, members: [stopping], transition: planned('Switchover') };
    const pod = aPod('rootcoord-0', { terminating: true });
    const change = changeIn(heldBy(aSession(8n, 'rootcoord-1')), [pod, second], previous, { endedSessions });
    expect(change.completed).toMatchObject({ type: 'Switchover', how });
    // A look between the end of the keys and the new ones: nobody is ACTIVE, and the old pod has no session.
    const { active: _active, ...between } = previous;
    const { serverID: _id, leaseID: _lease, ...sessionless } = stopping;
    const seenBetween = { ...between, members: [{ ...sessionless, podName: 'rootcoord-0' }] };
    const later = changeIn(heldBy(aSession(8n, 'rootcoord-1')), [pod, second], seenBetween, { endedSessions });
    expect(later.completed).toMatchObject({ type: 'Switchover', how });
  });

  it('away from a process that froze took as long as it had not been healthy, and was by the end of its lease', () => {
    const frozen = { state: 'Activating', serverID: '7', leaseID: '7000', silentTime: isoAfter(-21) } as const;
    const pod = aPod('rootcoord-0', { ready: false });
    const previous = { ...before, members: [frozen], transition: failover('ActiveKeyGone', 0) };
    const change = changeIn(heldBy(aSession(8n, 'rootcoord-1')), [pod, second], previous);
    expect(change.lastFailover).toMatchObject({
      how: 'LeaseExpired',
      noticedTime: isoAfter(-21),
      durationMilliseconds: 21_000,
    });
  });

  it('away from a process that runs and of which nothing was seen is told as not known', () => {
    const previous = { ...before, transition: failover('ActiveKeyGone', 1) };
    const change = changeIn(heldBy(aSession(8n, 'rootcoord-1')), [first, second], previous);
    expect(change.lastFailover?.how).toBe('Unknown');
  });

  it.each<[string, CoordinatorPairStatus, string]>([
    ['that was approved and is carried out', { ...before, ...taken('Approved', 5) }, 'LeaseRevoked'],
    [
      'that was completed when the role became free',
      { ...withoutActive(1), ...taken('Completed', 1), transition: failover('ActiveKeyGone', 1) },
      'LeaseRevoked',
    ],
    [
      'of an earlier time does not count',
      { ...withoutActive(1), ...taken('Completed', 600), transition: failover('ActiveKeyGone', 1) },
      'Released',
    ],
  ])('by the end of a living session %s', (_, previous, how) => {
    const hung = aPod('rootcoord-0', { terminating: true });
    const change = changeIn(heldBy(aSession(8n, 'rootcoord-1')), [hung, second], previous);
    expect([change.lastFailover?.how, change.completed?.how]).toEqual([how, how]);
  });

  it('back to the same pod in a new process is no completed switchover', () => {
    const transition = planned('Switchover');
    const change = changeIn(heldBy(aSession(9n)), [first, second], { ...before, transition });
    expect(change.transition).toBe(transition);
    expect(change.completed).toMatchObject({ type: 'Failover', from: 'rootcoord-0', to: 'rootcoord-0' });
  });

  it('to a new process in the same pod is a failover', () => {
    const change = changeIn(heldBy(aSession(9n)), [first, second], before);
    expect(change.active).toMatchObject({ podName: 'rootcoord-0', serverID: '9', sinceTime: isoAfter(0) });
    expect(change.lastFailover).toMatchObject({ from: 'rootcoord-0', to: 'rootcoord-0' });
  });

  it('is taken back when the process lives after all', () => {
    const change = changeIn(atRest, [first, second], { ...before, transition: failover('ActiveKeyGone', 1) });
    expect([change.transition, change.events]).toEqual([undefined, []]);
  });

  it('is not taken back when the container restarts in place and the new process has not registered yet', () => {
    const restarted = aPod('rootcoord-0', {
      ready: false,
      container: aContainer({ lastTerminated: { exitCode: 137 } }),
    });
    const transition = failover('ActiveProcessEnded', 2);
    expect(changeIn(atRest, [restarted, second], { ...before, transition }).transition).toBe(transition);
    const overdue = failover('ActiveProcessEnded', 31);
    expect(changeIn(atRest, [restarted, second], { ...before, transition: overdue }).transition).toBeUndefined();
  });

  it('is nothing to tell of while the pair is stopped', () => {
    expect(changeIn(heldBy(undefined), [], before, { stopped: true })).toEqual({ events: [] });
  });

  it('is no failover when the second of two that end holds the role for a moment', () => {
    const taken = changeIn(heldBy(aSession(8n, 'rootcoord-1')), [second], before, { stopped: true });
    expect(taken).toEqual({ active: expect.objectContaining({ podName: 'rootcoord-1', serverID: '8' }), events: [] });
  });

  it.each(['Stopped', 'Suspended'])('is no failover when a pair starts again that was %s a moment before', (reason) => {
    const times = { lastTransitionTime: isoAfter(-2), observedGeneration: 1 };
    const ready = { type: 'Ready', status: 'False', reason, message: '', ...times } as const;
    const stopped = { ...before, conditions: [ready] };
    expect(changeIn(heldBy(undefined), [], stopped)).toEqual({ events: [] });
    const { lastFailover, completed } = changeIn(atRest, [first, second], {
      ...stopped,
      active: { podName: 'rootcoord-0', address: '10.0.0.1:53100', serverID: '5', sinceTime: isoAfter(-60) },
    });
    expect([lastFailover, completed]).toEqual([undefined, undefined]);
  });

  it.each([
    ['when it is first seen', undefined],
    ['while it holds the role', { active: { address: '10.9.9.9:53100', serverID: '9', sinceTime: isoAfter(-60) } }],
  ])('is no failover of a stranger %s', (_, previous) => {
    const change = changeIn(heldBy(aSession(9n, 'stranger', { address: '10.9.9.9:53100' })), [first, second], previous);
    expect(change.transition).toBeUndefined();
    expect(change.active).toMatchObject({ address: '10.9.9.9:53100', serverID: '9' });
    expect(change.active?.podName).toBeUndefined();
  });

  it('names a process that is no pod of ours by its address', () => {
    const sessions = heldBy(aSession(9n, 'elsewhere', { address: '10.9.9.9:53100', hostName: undefined }));
    expect(changeIn(sessions, [first, second], before).lastFailover?.to).toBe('10.9.9.9:53100');
  });
});
