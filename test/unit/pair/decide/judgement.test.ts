import { describe, expect, it } from '@jest/globals';
import type { HistoryEntry } from '../../../../src/api/coordinator-pair.ts';
import { planOf, templateHashOf } from '../../../../src/pair/decide/plan.ts';
import { facts, known, look, settle, shownAs, statefulSetFacts, unreachable, withStatus } from '../support/facts.ts';
import { aPair } from '../support/pair.ts';
import { aPod, TEMPLATE } from '../support/pods.ts';
import { aSession, heldBy } from '../support/sessions.ts';
import * as situations from '../support/situations.ts';
import { isoAfter, NOW } from '../support/time.ts';

const asked = { annotations: { 'ha.milvus.io/switchover': 'please' } };
const moved = heldBy(aSession(8n, 'rootcoord-1'), aSession(9n));

describe('a judgement of a pair at rest', () => {
  it('reports who is ACTIVE, who stands by, and what the session says', () => {
    const { status } = look(facts());
    expect(status).toMatchObject({
      observedGeneration: 1,
      summary: 'rootcoord-0 is ACTIVE on node-a, rootcoord-1 stands by on node-b',
      active: {
        podName: 'rootcoord-0',
        nodeName: 'node-a',
        address: '10.0.0.1:53100',
        serverID: '7',
        sinceTime: isoAfter(0),
      },
      standby: {
        podName: 'rootcoord-1',
        nodeName: 'node-b',
        address: '10.0.0.2:53100',
        serverID: '8',
        sinceTime: isoAfter(0),
      },
      session: { grantedTTLSeconds: 30, flagEffective: true, version: '2.4.15' },
      nodes: 'node-a,node-b',
      selector: 'ha.milvus.io/pair=rootcoord',
    });
    expect(status.members).toEqual([
      {
        state: 'Active',
        podName: 'rootcoord-0',
        nodeName: 'node-a',
        serverID: '7',
        leaseID: '7000',
        createRevision: '70',
      },
      {
        state: 'Standby',
        podName: 'rootcoord-1',
        nodeName: 'node-b',
        serverID: '8',
        leaseID: '8000',
        createRevision: '80',
      },
    ]);
  });

  it('keeps since when each has been in its role', () => {
    const world = withStatus(facts(), look(facts({ now: new Date('2025-12-31T00:00:00Z') })).status);
    const { status } = look(world);
    expect([status.active?.sinceTime, status.standby?.sinceTime]).toEqual([
      '2025-12-31T00:00:00.000Z',
      '2025-12-31T00:00:00.000Z',
    ]);
  });

  it('keeps the granted TTL while etcd does not tell it again', () => {
    const world = withStatus(facts({ etcd: known(situations.bothRegistered) }), look(facts()).status);
    expect(look(world).status.session?.grantedTTLSeconds).toBe(30);
  });
});

describe('a judgement while blind', () => {
  const blind = withStatus(facts({ etcd: unreachable, pods: [] }), look(facts()).status);

  it('keeps everything but the conditions and their summary as it was', () => {
    const { conditions, summary, ...kept } = look(blind).status;
    const { conditions: before, summary: said, ...was } = look(facts()).status;
    expect(kept).toEqual(was);
    expect([conditions, summary]).not.toEqual([before, said]);
  });

  it('goes on with nothing: a transition stays as it is', () => {
    const world = situations.during(
      { type: 'Switchover', step: 'MovingActive', token: 'please' },
      { etcd: unreachable },
    );
    const judgement = look(world);
    expect(judgement.status.transition).toEqual(world.pair.status?.transition);
    expect([judgement.endPod, judgement.revoke]).toEqual([undefined, []]);
  });

  it('does not start what is asked for', () => {
    const pair = aPair({ metadata: asked, status: look(facts()).status });
    expect(look(facts({ pair, etcd: unreachable })).status.transition).toBeUndefined();
  });
});

describe('a judgement of a request', () => {
  it('records the switchover first and ends the pod at the next look', () => {
    const world = facts({ pair: aPair({ metadata: asked, status: look(facts()).status }) });
    const first = look(world);
    expect(first.status.transition).toMatchObject({ type: 'Switchover', token: 'please' });
    expect(first.endPod).toBeUndefined();
    expect(look(withStatus(world, first.status)).endPod?.podName).toBe('rootcoord-0');
  });

  it.each([
    ['in mode Paused', { mode: 'Paused' as const }],
    ['in mode ObserveOnly', { mode: 'ObserveOnly' as const }],
    ['of a stopped pair', { runState: 'Stopped' as const }],
  ])('refuses it %s', (_, spec) => {
    const world = facts({ pair: aPair({ spec, metadata: asked, status: look(facts()).status }) });
    expect(settle(world).status.lastSwitchover).toMatchObject({
      token: 'please',
      result: 'Refused',
      reason: 'NotManaged',
    });
  });

  it('records one that was there at first sight and does not carry it out', () => {
    const { status } = settle(facts({ pair: aPair({ metadata: asked }) }));
    expect(status.lastSwitchover).toMatchObject({ token: 'please', result: 'Ignored' });
    expect(status.transition).toBeUndefined();
  });

  it('lets the switchover end before a rollout begins', () => {
    const pods = [aPod('rootcoord-0', { templateHash: 'old' }), aPod('rootcoord-1', { templateHash: 'old' })];
    const transition = { type: 'Switchover' as const, step: 'MovingActive', token: 'please' };
    const under = situations.during(transition, { pods });
    expect(look(under).endPod?.why).toBe('switchover please');
    const over = look(withStatus({ ...under, etcd: known(moved, 30) }, under.pair.status ?? {}));
    expect(over.status.transition).toMatchObject({ type: 'Rollout', from: 'rootcoord-1' });
    expect(over.status.lastSwitchover?.result).toBe('Completed');
    expect(over.endPod).toBeUndefined();
  });
});

describe('the history', () => {
  const entry = (minute: number): HistoryEntry => ({
    time: isoAfter(-3600 * 24 + minute * 60),
    type: 'Failover',
    from: 'rootcoord-1',
    to: 'rootcoord-0',
    reason: 'ActiveKeyGone',
    how: 'Released',
    durationMilliseconds: minute,
  });

  it('keeps the last ten changes, newest first', () => {
    const history = Array.from({ length: 10 }, (_, minute) => entry(10 - minute));
    const world = withStatus(facts({ etcd: known(moved, 30) }), { ...look(facts()).status, history });
    const { status } = look(world);
    expect(status.history).toHaveLength(10);
    expect(status.history?.[0]).toMatchObject({ from: 'rootcoord-0', to: 'rootcoord-1' });
    expect(status.history?.slice(1)).toEqual(history.slice(0, 9));
  });

  it('is not there before the first change', () => {
    expect(look(facts()).status).not.toHaveProperty('history');
  });
});

it('a child of somebody else keeps the operator from acting at all', () => {
  const world = { ...situations.nameTaken, pods: [aPod('rootcoord-0', { templateHash: 'old' })] };
  const { status, endPod } = settle(world);
  expect([status.transition, endPod]).toEqual([undefined, undefined]);
});

describe('while the key of who holds the role cannot be read', () => {
  const unreadable = (changes: Parameters<typeof facts>[0] = {}) =>
    situations.afterRest({ etcd: known(situations.holderUnreadable, 30), ...changes });

  it('nobody is taken for lost, and what was known stays', () => {
    const world = unreadable();
    const { status, events } = look(world);
    const { active, standby, members, history } = world.pair.status ?? {};
    expect(status).toMatchObject({ active, standby, members });
    expect([status.transition, status.history]).toEqual([undefined, history]);
    expect(events.map(({ reason }) => reason)).toEqual(['Conflict']);
  });

  it('is Unknown to every condition that is about roles, and etcd is well', () => {
    const { status } = look(unreadable());
    for (const type of ['ActiveElected', 'StandbyReady', 'Ready', 'Redundant', 'ServiceInSync'] as const)
      expect(shownAs(status, type)).toEqual(['Unknown', 'UnreadableSession']);
    expect(shownAs(status, 'EtcdHealthy')).toEqual(['True', 'Healthy']);
  });

  it('no label, template, pod or session is touched, whatever there would be to do', () => {
    const outdated = unreadable({
      pods: [aPod('rootcoord-0', { roleLabel: 'active', templateHash: 'old' }), aPod('rootcoord-1')],
      children: [statefulSetFacts(TEMPLATE, 'old')],
      deaths: [{ serverID: 8n, lease: 8000n, seenTime: NOW, evidence: 'its container ended' }],
    });
    const plan = planOf(outdated);
    expect(plan.labels).toEqual([]);
    expect(plan.children.map(({ desired }) => templateHashOf(desired))).toEqual(['old']);
    const { endPod, revoke } = settle(outdated);
    expect([endPod, revoke]).toEqual([undefined, []]);
  });
});
