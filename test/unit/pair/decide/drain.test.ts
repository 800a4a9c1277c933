import { describe, expect, it } from '@jest/globals';
import { decideDrain } from '../../../../src/pair/decide/drain.ts';
import { planOf } from '../../../../src/pair/decide/plan.ts';
import type { PairFacts } from '../../../../src/pair/facts.ts';
import type { NodeView } from '../../../../src/pair/node-view.ts';
import { facts, known, look, withStatus } from '../support/facts.ts';
import { aPod } from '../support/pods.ts';
import * as situations from '../support/situations.ts';
import { after, isoAfter } from '../support/time.ts';

const node = (name: string, changes: Partial<NodeView> = {}): readonly [string, NodeView] => [
  name,
  { name, ready: true, leaving: false, outOfService: false, ...changes },
];
const leaving = new Map([node('node-a', { leaving: true }), node('node-b')]);
const decided = (changes: Parameters<typeof facts>[0]) => {
  const world: PairFacts = facts({ nodes: leaving, ...changes });
  return decideDrain(world, planOf(world).members);
};

describe('a node that is being emptied', () => {
  it('loses the role before anyone evicts the pod', () => {
    expect(decided({})?.transition).toEqual({
      type: 'Switchover',
      from: 'rootcoord-0',
      to: 'rootcoord-1',
      reason: 'NodeLeaving',
      step: 'MovingActive',
      startTime: isoAfter(0),
      deadlineTime: isoAfter(120),
    });
  });

  describe('after a move off it has failed', () => {
    const underWay = (secondsAgo: number) => ({
      type: 'Switchover' as const,
      from: 'rootcoord-0',
      to: 'rootcoord-1',
      reason: 'NodeLeaving',
      step: 'MovingActive',
      startTime: isoAfter(-secondsAgo),
      deadlineTime: isoAfter(120 - secondsAgo),
    });
    const failed = look(situations.during(underWay(121), { nodes: leaving }));
    const failedDrain = { podName: 'rootcoord-0', nodeName: 'node-a', time: isoAfter(0), nextTime: isoAfter(600) };
    const later = (seconds: number, changes: Parameters<typeof facts>[0] = {}) =>
      look(withStatus(facts({ nodes: leaving, now: after(seconds), ...changes }), failed.status));

    it('says so and waits for ten minutes', () => {
      expect(failed.status).toMatchObject({ failedDrain });
      expect(failed.status.transition).toBeUndefined();
      expect(failed.events.map(({ reason }) => reason)).toContain('SwitchoverFailed');
      const waiting = later(599);
      expect([waiting.status.failedDrain, waiting.status.transition]).toEqual([failedDrain, undefined]);
      expect(waiting.turnsAt).toEqual(after(600));
    });

    it('tries again then', () => {
      expect(later(600).status.transition).toMatchObject({ reason: 'NodeLeaving', from: 'rootcoord-0' });
    });

    it('forgets it when the node is no longer emptied', () => {
      const nodes = new Map([node('node-a'), node('node-b')]);
      expect(later(60, { nodes }).status.failedDrain).toBeUndefined();
    });
  });

  it.each<[string, Parameters<typeof facts>[0]]>([
    ['it runs the standby, not the ACTIVE', { nodes: new Map([node('node-a'), node('node-b', { leaving: true })]) }],
    [
      'the node of the standby is being emptied too',
      { nodes: new Map([node('node-a', { leaving: true }), node('node-b', { leaving: true })]) },
    ],
    [
      'the node of the standby is not ready',
      { nodes: new Map([node('node-a', { leaving: true }), node('node-b', { ready: false })]) },
    ],
    ['the node of the standby is not known', { nodes: new Map([node('node-a', { leaving: true })]) }],
    ['nodes are not watched', { nodes: new Map() }],
    ['no standby is registered', { pods: [aPod('rootcoord-0')], etcd: known(situations.firstAlone, 30) }],
    [
      'the pod is ending already: an eviction is a move in order too',
      { pods: [aPod('rootcoord-0', { terminating: true }), aPod('rootcoord-1')] },
    ],
  ])('keeps what it has when %s', (_, changes) => {
    expect(decided(changes)).toBeUndefined();
  });
});
