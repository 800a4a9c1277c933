import { describe, expect, it } from '@jest/globals';
import type { Transition } from '../../../../src/api/coordinator-pair.ts';
import { memberStates } from '../../../../src/pair/decide/members.ts';
import type { RoleMembers } from '../../../../src/pair/decide/other-roles.ts';
import { probeTargets } from '../../../../src/pair/decide/probe-targets.ts';
import type { RoleSessions } from '../../../../src/pair/decide/role-sessions.ts';
import type { PodView } from '../../../../src/pair/pod-view.ts';
import { aContainer, aPod } from '../support/pods.ts';
import { aSession, heldBy } from '../support/sessions.ts';
import { after, isoAfter, NOW } from '../support/time.ts';

const [first, second] = [
  aPod('rootcoord-0'),
  aPod('rootcoord-1', { container: aContainer({ id: 'containerd://second' }) }),
];
const ending = aPod('rootcoord-0', { terminating: true });
const both = heldBy(aSession(7n), aSession(8n, 'rootcoord-1'));
const moving = (changes: Partial<Transition> = {}): Transition => ({
  type: 'Switchover',
  from: 'rootcoord-0',
  reason: 'Requested',
  step: 'MovingActive',
  startTime: isoAfter(-1),
  deadlineTime: isoAfter(119),
  ...changes,
});

const query = aSession(7n, 'rootcoord-0', { key: 'querycoord-7', address: '10.0.0.1:19531' });

function targetsOf(
  pods: readonly PodView[],
  sessions: RoleSessions = both,
  transition?: Transition,
  querycoord?: RoleSessions,
) {
  const members = memberStates(sessions, pods, { now: NOW, ttlSeconds: 30 });
  const others = (querycoord ? [querycoord] : []).map((held): RoleMembers => {
    const registered = memberStates(held, pods, { now: NOW, ttlSeconds: 30 });
    return { role: 'querycoord', sessions: held, members: registered, stops: [] };
  });
  return probeTargets(members, 'rootcoord', transition, others).map(
    ({ podUID, containerID, host, port, pace }) =>
      `${podUID.replace('uid-of-', '')} ${containerID.replace('containerd://', '')} ${host}:${port} ${pace}`,
  );
}
const often = ['rootcoord-0 first 10.0.0.1:53100 Fast', 'rootcoord-1 second 10.0.0.2:53100 Fast'];

describe('the processes of a pair are polled', () => {
  it.each<[string, Parameters<typeof targetsOf>, readonly string[]]>([
    ['not at all while nothing happens', [[first, second]], []],
    ['often, both of them, while the pod of the ACTIVE is being deleted', [[ending, second]], often],
    ['often before a switchover deletes the ACTIVE', [[first, second], both, moving()], often],
    ['often before a rollout deletes the ACTIVE', [[first, second], both, moving({ type: 'Rollout' })], often],
    [
      'not at all while a rollout renews the standby',
      [[first, second], both, moving({ type: 'Rollout', step: 'ReplacingStandby' })],
      [],
    ],
    [
      'not at all once the role has moved',
      [[first, second], heldBy(aSession(8n, 'rootcoord-1'), aSession(9n)), moving()],
      [],
    ],
    [
      'often while a pod is being deleted that still holds another role of a mixture',
      [[ending, second], heldBy(aSession(8n, 'rootcoord-1')), undefined, heldBy(query)],
      often,
    ],
    [
      'now and then, that one alone, when it was ready and is not',
      [[aPod('rootcoord-0', { ready: false, unreadySince: after(-4) }), second]],
      ['rootcoord-0 first 10.0.0.1:53100 Slow'],
    ],
    [
      'now and then while a pod is being deleted whose session has ended',
      [[ending, second], heldBy(aSession(8n, 'rootcoord-1'))],
      ['rootcoord-0 first 10.0.0.1:53100 Slow'],
    ],
    [
      'not at all while one starts',
      [[aPod('rootcoord-0', { ready: false }), second], heldBy(aSession(8n, 'rootcoord-1'))],
      [],
    ],
    [
      'only where a container runs at an address',
      [[ending, aPod('rootcoord-1', { ip: undefined, nodeName: undefined })]],
      ['rootcoord-0 first 10.0.0.1:53100 Fast'],
    ],
    [
      'only where the address is that of the pod',
      [[aPod('rootcoord-0', { terminating: true, hostNetwork: true }), second]],
      ['rootcoord-1 second 10.0.0.2:53100 Fast'],
    ],
    [
      'at the port that is registered',
      [[ending], heldBy(aSession(7n, 'rootcoord-0', { address: '10.0.0.1:19530' }))],
      ['rootcoord-0 first 10.0.0.1:19530 Fast'],
    ],
    [
      'at the port of the role where none is registered',
      [[ending], heldBy(aSession(7n, 'rootcoord-0', { address: '10.0.0.1' }))],
      ['rootcoord-0 first 10.0.0.1:53100 Fast'],
    ],
  ])('%s', (_, world, targets) => {
    expect(targetsOf(...world)).toEqual(targets);
  });
});
