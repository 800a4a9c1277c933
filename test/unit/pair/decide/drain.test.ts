import { describe, expect, it } from '@jest/globals';
import { decideDrain } from '../../../../src/pair/decide/drain.ts';
import { planOf } from '../../../../src/pair/decide/plan.ts';
import type { PairFacts } from '../../../../src/pair/facts.ts';
import type { NodeView } from '../../../../src/pair/node-view.ts';
import { facts, known } from '../support/facts.ts';
import { aPod } from '../support/pods.ts';
import * as situations from '../support/situations.ts';
import { isoAfter } from '../support/time.ts';

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
