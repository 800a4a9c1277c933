import { describe, expect, it } from '@jest/globals';
import type { CoordinatorPairSpec } from '../../../../src/api/coordinator-pair.ts';
import { planOf } from '../../../../src/pair/decide/plan.ts';
import { stuckStop } from '../../../../src/pair/decide/stuck-stop.ts';
import type { PairFacts } from '../../../../src/pair/facts.ts';
import { facts, known, settle } from '../support/facts.ts';
import { aPair } from '../support/pair.ts';
import { aPod } from '../support/pods.ts';
import { aSession, heldBy } from '../support/sessions.ts';
import * as situations from '../support/situations.ts';
import { after } from '../support/time.ts';

const secondHolds = known(heldBy(aSession(8n, 'rootcoord-1')), 30);
/** rootcoord-0 was told to stop, not by way of its pod, and hangs; rootcoord-1 took over. */
const hanging = (seconds: number, changes: Partial<PairFacts> = {}) =>
  facts({ etcd: secondHolds, stops: [situations.stopOf('rootcoord-0', seconds)], ...changes });
const found = (world: PairFacts) => stuckStop(world, planOf(world).members);
const policy = (zombieStandby: CoordinatorPairSpec['remediation']['zombieStandby']) =>
  aPair({ spec: { remediation: { ...aPair().spec.remediation, zombieStandby } } });

describe('a process that hangs in a stop that did not come by way of its pod', () => {
  it('is restarted after half a minute', () => {
    expect(found(hanging(10))?.due).toEqual(after(20));
    expect(found(hanging(10))?.remedy).toMatchObject({
      policy: 'Auto',
      reason: 'StuckStop',
      act: { endPod: { podName: 'rootcoord-0', holderServerID: 8n, event: { reason: 'StuckProcessRestarted' } } },
    });
  });

  it('is left alone before, and the pair is asked for again in time', () => {
    const { endPod, turnsAt } = settle(hanging(10));
    expect([endPod, turnsAt]).toEqual([undefined, after(20)]);
  });

  it('is restarted by the look that finds it overdue', () => {
    expect(settle(hanging(31)).endPod?.podName).toBe('rootcoord-0');
  });

  it('is restarted where nobody holds the role', () => {
    expect(found(hanging(31, { etcd: known(situations.nobody, 30) }))?.remedy.podUID).toBe('uid-of-rootcoord-0');
  });

  it('is proposed to be restarted where that needs approval', () => {
    const { status, endPod } = settle(hanging(31, { pair: policy('Approve') }));
    expect([status.proposals?.[0]?.reason, endPod]).toEqual(['StuckStop', undefined]);
  });

  it.each<[string, PairFacts]>([
    [
      'its pod is being deleted: it is killed with its grace period',
      hanging(31, { pods: situations.firstStopping.pods ?? [] }),
    ],
    ['it has a session still', facts({ stops: [situations.stopOf('rootcoord-0', 31)] })],
    ['the spec says so', hanging(31, { pair: policy('Never') })],
    [
      'nobody holds the role and the other one is being replaced',
      hanging(31, {
        etcd: known(situations.nobody),
        pods: [aPod('rootcoord-0'), aPod('rootcoord-1', { terminating: true })],
      }),
    ],
    ['it does not stop at all', facts({ etcd: secondHolds })],
  ])('is left alone when %s', (_, world) => {
    expect(found(world)).toBeUndefined();
  });
});
