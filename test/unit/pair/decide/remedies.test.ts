import { describe, expect, it } from '@jest/globals';
import type { CoordinatorPairSpec, Transition } from '../../../../src/api/coordinator-pair.ts';
import { lostNode } from '../../../../src/pair/decide/lost-node.ts';
import { memberStates } from '../../../../src/pair/decide/members.ts';
import { noActive } from '../../../../src/pair/decide/no-active.ts';
import { stuckHolder } from '../../../../src/pair/decide/stuck-holder.ts';
import type { RemedyCandidate } from '../../../../src/pair/decide/remedy.ts';
import type { RoleSessions } from '../../../../src/pair/decide/role-sessions.ts';
import type { PairFacts } from '../../../../src/pair/facts.ts';
import type { NodeView } from '../../../../src/pair/node-view.ts';
import type { PodView } from '../../../../src/pair/pod-view.ts';
import { facts, known } from '../support/facts.ts';
import { aPair } from '../support/pair.ts';
import { aContainer, aPod } from '../support/pods.ts';
import { aSession, heldBy } from '../support/sessions.ts';
import { after, isoAfter, NOW } from '../support/time.ts';

type Remediation = CoordinatorPairSpec['remediation'];

const node = (name: string, changes: Partial<NodeView> = {}): NodeView => ({
  name,
  ready: true,
  leaving: false,
  outOfService: false,
  ...changes,
});
const nodesOf = (...nodes: readonly NodeView[]) => new Map(nodes.map((found) => [found.name, found]));
const bothReady = nodesOf(node('node-a'), node('node-b'));
const ending = (name: string, graceSeconds: number, sinceSeconds: number) =>
  aPod(name, { terminating: true, deletion: { requestedAt: after(-sinceSeconds), graceSeconds } });
const standby = aPod('rootcoord-1');

interface World {
  readonly sessions?: RoleSessions;
  readonly pods?: readonly PodView[];
  readonly nodes?: PairFacts['nodes'];
  readonly nodesWatched?: boolean;
  readonly remediation?: Partial<Remediation>;
  readonly transition?: Transition;
  readonly version?: PairFacts['version'];
  /** Since when ActiveElected is False. */
  readonly electedFalseSince?: string;
}

function decide(rule: (world: PairFacts, members: ReturnType<typeof memberStates>) => RemedyCandidate | undefined) {
  return ({
    sessions = heldBy(aSession(7n), aSession(8n, 'rootcoord-1')),
    pods = [],
    nodes = bothReady,
    ...rest
  }: World) => {
    const { nodesWatched = true, remediation = {}, transition, version, electedFalseSince } = rest;
    const base = aPair();
    const condition = { status: 'False', observedGeneration: 1, reason: 'Starting', message: '' } as const;
    const conditions = electedFalseSince
      ? [{ ...condition, type: 'ActiveElected' as const, lastTransitionTime: electedFalseSince }]
      : [];
    const world = facts({
      pair: aPair({
        spec: { remediation: { ...base.spec.remediation, ...remediation } },
        status: { observedGeneration: 1, conditions, ...(transition ? { transition } : {}) },
      }),
      ...(version ? { version } : {}),
      etcd: known(sessions, 30),
      pods,
      nodes,
      nodesWatched,
    });
    return rule(world, memberStates(sessions, pods, { now: NOW, ttlSeconds: 30, deaths: [] }));
  };
}

describe('an ACTIVE that was told to stop and does not', () => {
  const stuck = decide(stuckHolder);

  it.each([
    ['its grace period', 60, 70],
    ['two minutes, however long its grace is', 2_592_000, 130],
  ])('may be killed after %s and what a kubelet needs', (_, graceSeconds, dueSeconds) => {
    const found = stuck({ pods: [ending('rootcoord-0', graceSeconds, 0), standby] });
    expect(found?.due).toEqual(after(dueSeconds));
    expect(found?.remedy).toMatchObject({
      action: 'StopPod',
      policy: 'Approve',
      reason: 'StuckHolder',
      podUID: 'uid-of-rootcoord-0',
      act: {
        kind: 'EndPod',
        endPod: {
          holderServerID: 7n,
          successor: { serverID: 8n },
          force: { graceSeconds: 1, nodeName: 'node-a', nodeReady: true },
        },
      },
    });
    expect(found?.remedy.risk).toContain('rootcoord-1 takes over');
    // An approval counts for what was shown: who takes over is part of it.
    expect(found?.remedy.evidence).toContain('rootcoord-1 is registered to take over');
  });

  it.each<[string, World]>([
    ['it is not being deleted', { pods: [aPod('rootcoord-0'), standby] }],
    [
      'its process has ended: its session is about to go',
      { pods: [{ ...ending('rootcoord-0', 60, 90), container: aContainer({ runningSince: undefined }) }, standby] },
    ],
    [
      'its node is not ready',
      { pods: [ending('rootcoord-0', 60, 90), standby], nodes: nodesOf(node('node-a', { ready: false })) },
    ],
    ['its node is not known', { pods: [ending('rootcoord-0', 60, 90), standby], nodes: nodesOf() }],
    ['another one holds the role', { pods: [aPod('rootcoord-0'), ending('rootcoord-1', 60, 90)] }],
    ['that is not wished', { pods: [ending('rootcoord-0', 60, 90), standby], remediation: { stuckHolder: 'Never' } }],
  ])('is left alone when %s', (_, world) => {
    expect(stuck(world)).toBeUndefined();
  });

  it('may lose its session when its kubelet does not kill it, never without asking', () => {
    const world = { pods: [ending('rootcoord-0', 1, 5), standby], remediation: { stuckHolder: 'Auto' as const } };
    const found = stuck(world);
    expect(found?.due).toEqual(after(6));
    expect(found?.remedy).toMatchObject({
      action: 'RevokeLease',
      policy: 'Approve',
      reason: 'StuckHolder',
      act: { kind: 'RevokeLease', revoke: { session: { serverID: 7n }, successor: { session: { serverID: 8n } } } },
    });
    expect(found?.remedy.risk).toContain('beside the new ACTIVE');
    expect(stuck({ ...world, sessions: heldBy(aSession(7n)) })).toBeUndefined();
  });

  it.each([
    ['2.3', { major: 2, minor: 3, patch: 22 }, 'until it is killed'],
    ['2.5', { major: 2, minor: 5, patch: 10 }, 'within 2 s'],
    ['2.6.7', { major: 2, minor: 6, patch: 7 }, 'within a third of the session TTL'],
  ])('is shown with what a Milvus %s does that has lost its session', (_, version, expected) => {
    expect(stuck({ pods: [ending('rootcoord-0', 1, 5), standby], version })?.remedy.risk).toContain(expected);
  });

  it('is killed without asking only where that is wished and a standby is registered', () => {
    const auto = { remediation: { stuckHolder: 'Auto' as const } };
    const pods = [ending('rootcoord-0', 60, 90), standby];
    expect(stuck({ pods, ...auto })?.remedy.policy).toBe('Auto');
    const alone = stuck({ pods, ...auto, sessions: heldBy(aSession(7n)) });
    expect(alone?.remedy.policy).toBe('Approve');
    expect(alone?.remedy.risk).toContain('nobody serves');
  });
});

describe('a pod that cannot go because its node is lost', () => {
  const lost = decide(lostNode);
  const gone = heldBy(aSession(8n, 'rootcoord-1'));
  const notReady = nodesOf(node('node-a', { ready: false, notReadySince: after(-200) }), node('node-b'));
  const pods = [ending('rootcoord-0', 60, 100), standby];
  const world: World = { sessions: gone, pods, nodes: notReady };

  it('may be deleted by force when the node has not been ready for five minutes', () => {
    const found = lost(world);
    expect(found?.due).toEqual(after(100));
    expect(found?.remedy).toMatchObject({
      action: 'ForceDeletePod',
      policy: 'Approve',
      reason: 'LostNode',
      podUID: 'uid-of-rootcoord-0',
      act: {
        kind: 'EndPod',
        endPod: { holderServerID: 8n, force: { graceSeconds: 0, nodeName: 'node-a', nodeReady: false } },
      },
    });
    expect(found?.remedy.evidence).toContain(`not ready since ${isoAfter(-200)}`);
  });

  it('may be deleted at once when the node is gone', () => {
    expect(lost({ ...world, nodes: nodesOf(node('node-b')) })?.due).toEqual(after(-100));
  });

  it('is deleted without asking where that is wished', () => {
    expect(lost({ ...world, remediation: { lostNode: 'Auto' } })?.remedy.policy).toBe('Auto');
  });

  it.each<[string, World]>([
    ['its node is ready', { ...world, nodes: bothReady }],
    ['nodes are not watched, so that one not seen may be there', { ...world, nodes: nodesOf(), nodesWatched: false }],
    ['it is not being deleted', { ...world, pods: [aPod('rootcoord-0'), standby] }],
    ['its session lives', { ...world, sessions: heldBy(aSession(8n, 'rootcoord-1'), aSession(7n)) }],
    [
      'an earlier session of its name lives',
      {
        ...world,
        sessions: heldBy(aSession(8n, 'rootcoord-1'), aSession(7n, 'rootcoord-0', { address: '10.0.0.9:1' })),
      },
    ],
    ['it holds the role itself', { ...world, sessions: heldBy(aSession(7n), aSession(8n, 'rootcoord-1')) }],
    ['nobody is ACTIVE', { ...world, sessions: heldBy(undefined, aSession(8n, 'rootcoord-1')) }],
    ['the ACTIVE is not healthy yet', { ...world, pods: [pods[0] ?? standby, aPod('rootcoord-1', { ready: false })] }],
    ['that is not wished', { ...world, remediation: { lostNode: 'Never' } }],
  ])('is left alone when %s', (_, changed) => {
    expect(lost(changed)).toBeUndefined();
  });
});

describe('a role that nobody takes', () => {
  const free = decide(noActive);
  const failover: Transition = {
    type: 'Failover',
    from: 'rootcoord-0',
    reason: 'ActiveKeyGone',
    step: 'AwaitingHolder',
    startTime: isoAfter(-100),
    deadlineTime: isoAfter(-70),
  };
  const zombieContainer = aContainer({ runningSince: after(-600) });
  const zombie = aPod('rootcoord-1', { container: zombieContainer });

  it('has its registered standby proposed to be restarted after one TTL and half a minute, never without asking', () => {
    const found = free({
      sessions: heldBy(undefined, aSession(8n, 'rootcoord-1')),
      pods: [standby],
      electedFalseSince: isoAfter(-10),
      remediation: { zombieStandby: 'Auto' },
    });
    expect(found?.due).toEqual(after(50));
    expect(found?.remedy).toMatchObject({
      action: 'RestartPod',
      policy: 'Approve',
      reason: 'NoTakeover',
      act: { kind: 'EndPod', endPod: { podName: 'rootcoord-1', holderServerID: undefined, idle: { serverID: 8n } } },
    });
  });

  it('has its zombie restarted when nobody is registered after a failover', () => {
    const found = free({
      sessions: heldBy(undefined),
      pods: [zombie],
      electedFalseSince: isoAfter(-100),
      transition: failover,
    });
    expect(found?.due).toEqual(after(-40));
    expect(found?.remedy).toMatchObject({ action: 'RestartPod', policy: 'Auto', reason: 'ZombieStandby' });
  });

  it('gives a successor its time before the next zombie is restarted', () => {
    const pods = [
      aPod('rootcoord-0', { createdAt: after(-20), ready: false, container: aContainer({ runningSince: after(-10) }) }),
      zombie,
    ];
    const found = free({ sessions: heldBy(undefined), pods, electedFalseSince: isoAfter(-100), transition: failover });
    expect(found?.due).toEqual(after(40));
  });

  it.each<[string, World]>([
    ['somebody holds it', { pods: [aPod('rootcoord-0'), standby], electedFalseSince: isoAfter(-100) }],
    ['there is no standby', { sessions: heldBy(undefined), pods: [], electedFalseSince: isoAfter(-100) }],
    [
      'coordinators of an older layout keep it back',
      {
        sessions: { ...heldBy(undefined, aSession(8n, 'rootcoord-1')), olderLayout: ['rootcoord-3'] },
        pods: [standby],
        electedFalseSince: isoAfter(-100),
      },
    ],
    [
      'no process of the pair was ever ACTIVE: the path may be wrong, and the zombie our real ACTIVE',
      { sessions: heldBy(undefined), pods: [zombie], electedFalseSince: isoAfter(-100) },
    ],
    [
      'the other zombie is being restarted',
      {
        sessions: heldBy(undefined),
        pods: [ending('rootcoord-0', 60, 2), zombie],
        electedFalseSince: isoAfter(-100),
        transition: failover,
      },
    ],
    [
      'zombies are to be left alone',
      {
        sessions: heldBy(undefined),
        pods: [zombie],
        electedFalseSince: isoAfter(-100),
        transition: failover,
        remediation: { zombieStandby: 'Never' },
      },
    ],
  ])('is left alone when %s', (_, world) => {
    expect(free(world)).toBeUndefined();
  });
});
