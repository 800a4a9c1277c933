import { describe, expect, it } from '@jest/globals';
import { facts, known, look, settle, statefulSetFacts, withStatus } from '../support/facts.ts';
import { aPair } from '../support/pair.ts';
import { aPod } from '../support/pods.ts';
import { aSession, heldBy } from '../support/sessions.ts';
import { after } from '../support/time.ts';

const observed = (changes: Parameters<typeof facts>[0] = {}, mode: 'ObserveOnly' | 'Paused' = 'ObserveOnly') =>
  settle(facts({ pair: aPair({ spec: { mode } }), ...changes })).status.plan;

describe('the plan of a pair that is not managed', () => {
  it('is absent while nothing would be done, and in mode Managed', () => {
    expect(observed({}, 'Paused')).toBeUndefined();
    const old = [aPod('rootcoord-0', { templateHash: 'old' }), aPod('rootcoord-1', { templateHash: 'old' })];
    expect(settle(facts({ pods: old })).status.plan).toBeUndefined();
  });

  it('has the labels that mode ObserveOnly took away', () => {
    const pods = [aPod('rootcoord-0'), aPod('rootcoord-1')];
    expect(observed({ pods })?.map(({ action }) => action)).toEqual([
      'Label Pod/rootcoord-1 standby',
      'Label Pod/rootcoord-0 active',
    ]);
  });

  it('has a rollout, and which pod it would begin with', () => {
    const pods = [
      aPod('rootcoord-0', { templateHash: 'old', roleLabel: 'active' }),
      aPod('rootcoord-1', { templateHash: 'old', roleLabel: 'standby' }),
    ];
    const children = [statefulSetFacts('wished', 'old')];
    expect(observed({ pods, children }, 'Paused')).toEqual([
      { action: 'Begin Rollout', reason: 'TemplateChanged' },
      { action: 'EndPod rootcoord-1', reason: 'rollout, ReplacingStandby' },
    ]);
  });

  it('has children that are missing', () => {
    const [child] = [statefulSetFacts('wished')];
    expect(observed({ children: [{ desired: child.desired }], pods: [] })?.[0]).toEqual({
      action: 'Create StatefulSet/rootcoord',
      reason: 'it does not exist',
    });
  });

  it('has what would be proposed', () => {
    const deletion = { requestedAt: after(-200), graceSeconds: 60 };
    const pods = [
      aPod('rootcoord-0', { terminating: true, deletion, roleLabel: 'active' }),
      aPod('rootcoord-1', { roleLabel: 'standby' }),
    ];
    const nodes = new Map([['node-a', { name: 'node-a', ready: true, leaving: false, outOfService: false }]]);
    expect(observed({ pods, nodes }, 'Paused')).toEqual([
      { action: 'Propose StopPod', reason: expect.stringContaining('still holds the role') },
    ]);
  });

  it('does nothing itself: no pod is ended, no proposal made', () => {
    const pods = [aPod('rootcoord-0', { templateHash: 'old' }), aPod('rootcoord-1', { templateHash: 'old' })];
    const { endPod, revoke, status } = settle(facts({ pair: aPair({ spec: { mode: 'Paused' } }), pods }));
    expect([endPod, revoke, status.proposals, status.transition]).toEqual([undefined, [], undefined, undefined]);
  });

  it('is forgotten in mode Managed', () => {
    const pods = [aPod('rootcoord-0'), aPod('rootcoord-1')];
    const { status } = settle(facts({ pair: aPair({ spec: { mode: 'ObserveOnly' } }), pods }));
    expect(status.plan).toBeDefined();
    expect(look(withStatus(facts({ pods }), status)).status.plan).toBeUndefined();
  });

  it('stays the same while nothing happens', () => {
    const world = facts({
      pair: aPair({ spec: { mode: 'Paused' } }),
      etcd: known(heldBy(aSession(7n))),
      pods: [aPod('rootcoord-0', { templateHash: 'old', roleLabel: 'active' })],
    });
    const first = settle(world).status.plan;
    expect(settle({ ...world, now: after(100) }).status.plan).toEqual(first);
  });
});
