import { describe, expect, it } from '@jest/globals';
import { findCondition } from '../../../../../src/api/conditions.ts';
import { facts, known, look, settle, unreachable } from '../../support/facts.ts';
import * as situations from '../../support/situations.ts';

describe('a condition that is only there while it is true', () => {
  it.each([
    ['Reconciling', 'at rest', facts()],
    ['Stalled', 'at rest', facts()],
    ['Reconciling', 'when stalled', situations.stalledRollout],
    [
      'Reconciling',
      'when stopped',
      situations.withSpec({ runState: 'Stopped' }, { pods: [], etcd: known(situations.nobody) }),
    ],
    ['Reconciling', 'while blind', facts({ etcd: unreachable })],
    [
      'Reconciling',
      'in mode Paused',
      situations.withSpec({ mode: 'Paused' }, { pods: [], etcd: known(situations.nobody) }),
    ],
  ] as const)('%s is absent %s', (type, _, world) => {
    expect(findCondition(settle(world).status.conditions, type)).toBeUndefined();
  });

  it('leaves the permanent ones in their order', () => {
    expect(look(facts()).status.conditions?.map(({ type }) => type)).toEqual([
      'Ready',
      'ActiveElected',
      'StandbyReady',
      'Redundant',
      'EtcdReachable',
      'EtcdHealthy',
      'ServiceInSync',
      'NoConflict',
      'UpToDate',
      'SpecValid',
      'RemediationRequired',
      'Paused',
    ]);
  });
});
