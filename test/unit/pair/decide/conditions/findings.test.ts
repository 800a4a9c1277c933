import { describe, expect, it } from '@jest/globals';
import type { KubeObject } from '../../../../../src/kube/objects.ts';
import type { EtcdFacts, PairFacts } from '../../../../../src/pair/facts.ts';
import type { RoleSessions } from '../../../../../src/pair/decide/role-sessions.ts';
import { planOf } from '../../../../../src/pair/decide/plan.ts';
import { describeCondition } from '../../support/expect-conditions.ts';
import { conditionOf, facts, known, look, shownAs, stored, withStatus } from '../../support/facts.ts';
import { aPair } from '../../support/pair.ts';
import { aContainer, aPod } from '../../support/pods.ts';
import { aSession, heldBy } from '../../support/sessions.ts';
import * as situations from '../../support/situations.ts';
import { after, isoAfter } from '../../support/time.ts';

const budget = {
  apiVersion: 'policy/v1',
  kind: 'PodDisruptionBudget',
  metadata: { name: 'rootcoord', namespace: 'milvus' },
} as KubeObject;
const withBudget = (live: boolean): PairFacts['children'] => [
  ...facts().children,
  { desired: budget, ...(live ? { live: stored(budget) } : {}) },
];
const both = heldBy(aSession(7n), aSession(8n, 'rootcoord-1'));
const beside = (more: Partial<RoleSessions>): EtcdFacts => known({ ...both, ...more }, 30);
const nobodyBeside = (more: Partial<RoleSessions>): EtcdFacts => known({ ...situations.keyGone, ...more }, 30);
const broken = [{ key: 'rootcoord', reason: 'it is not JSON' }];

describeCondition('NoConflict', [
  [
    'names coordinators of an older layout beside an ACTIVE, and what they would do',
    facts({ etcd: beside({ olderLayout: ['rootcoord-3'] }) }),
    'False',
    'OlderLayout',
    /\(rootcoord-3\) and would take their old roles.*stop them/,
  ],
  [
    'names coordinators of an older layout that keep mixcoord out',
    facts({ etcd: nobodyBeside({ olderLayout: ['datacoord-5'] }) }),
    'False',
    'OlderLayout',
    /\(datacoord-5\) and keep mixcoord from taking the role.*at most one session TTL/,
  ],
  [
    'names a mixcoord beside an older coordinator',
    facts({ etcd: beside({ newerLayout: ['mixcoord', 'mixcoord-9'] }) }),
    'False',
    'NewerLayout',
    /mixcoord, mixcoord-9.*both may work as ACTIVE.*runState: Stopped/,
  ],
  [
    'is true for a stopped pair that mixcoord has replaced',
    situations.withSpec(
      { runState: 'Stopped' },
      { pods: [], etcd: known({ ...situations.stranger, newerLayout: ['mixcoord'] }) },
    ),
    'True',
    'NoConflict',
    /alone/,
  ],
  [
    'names a session key that cannot be read',
    facts({ etcd: beside({ broken }) }),
    'False',
    'UnreadableSession',
    /session key rootcoord is broken: it is not JSON.*no pod is touched/,
  ],
  [
    'is true, and says so, when another budget guards the pods',
    facts({ otherBudgets: ['all-milvus'], children: withBudget(false) }),
    'True',
    'OtherBudget',
    /all-milvus matches.*makes none of its own/,
  ],
  [
    'is false when two budgets guard the pods',
    facts({ otherBudgets: ['all-milvus'], children: withBudget(true) }),
    'False',
    'TwoBudgets',
    /all-milvus matches.*beside its own, rootcoord:.*drains wait for ever; delete one/,
  ],
]);

const outage = { since: after(-40), end: after(-5) };
const justBack = (sessions: RoleSessions, since = -5): EtcdFacts => ({
  ...(known(sessions, 30) as Extract<EtcdFacts, { state: 'Known' }>),
  outage,
  steadySince: after(since),
});

describeCondition('EtcdHealthy', [
  [
    'is false right after an outage',
    facts({ etcd: justBack(both) }),
    'False',
    'JustBack',
    /left alone until .*12:00:10/,
  ],
  [
    'is false as long as reads have not gone well for 15 seconds',
    facts({ etcd: justBack(both, -1), now: after(9) }),
    'False',
    'JustBack',
    /could not be read from .*11:59:20.* to .*11:59:55/,
  ],
  [
    'is true 15 seconds after an outage',
    facts({ etcd: justBack(both), now: after(10) }),
    'True',
    'Healthy',
    /linearizable/,
  ],
]);

const ended = (exitCode: number, finishedAt?: string) =>
  aPod('rootcoord-1', {
    ready: false,
    container: aContainer({
      runningSince: after(-2),
      lastTerminated: { exitCode, ...(finishedAt === undefined ? {} : { finishedAt }) },
    }),
  });
const active = aPod('rootcoord-0', { roleLabel: 'active' });
const alone = situations.firstAlone;

describeCondition('StandbyReady', [
  [
    'blames etcd for exit code 80',
    facts({ pods: [active, ended(80)], etcd: known(alone, 30) }),
    'False',
    'LostEtcd',
    /rootcoord-1 .*exit code 80.*lost its session in etcd.*look at etcd/,
  ],
  [
    'blames etcd for an end during its outage',
    facts({ pods: [active, ended(0, isoAfter(-20))], etcd: justBack(alone) }),
    'False',
    'LostEtcd',
    /ended at .* with exit code 0: etcd could not be read from/,
  ],
  [
    'blames etcd for an end within one TTL and 15 seconds of its return',
    facts({ pods: [active, ended(1, isoAfter(40))], etcd: justBack(alone), now: after(41) }),
    'False',
    'LostEtcd',
    /exit code 1/,
  ],
  [
    'blames the pod for a later end',
    facts({ pods: [active, ended(1, isoAfter(41))], etcd: justBack(alone), now: after(42) }),
    'False',
    'Starting',
    /exit code 1$/,
  ],
  [
    'blames the pod for an end before the outage',
    facts({ pods: [active, ended(1, isoAfter(-42))], etcd: justBack(alone) }),
    'False',
    'Starting',
    /exit code 1$/,
  ],
  [
    'blames the pod while no outage is known',
    facts({ pods: [active, ended(1, isoAfter(-20))], etcd: known(alone, 30) }),
    'False',
    'Starting',
    /exit code 1$/,
  ],
]);

const zero = aSession(7n, 'rootcoord-0', { lease: 7500n });
const one = aSession(8n, 'rootcoord-1', { lease: 8500n });
const mixture = (querycoord: RoleSessions): PairFacts =>
  facts({
    pair: aPair({ spec: { role: 'mixcoord' } }),
    etcd: {
      ...(known(both, 30) as Extract<EtcdFacts, { state: 'Known' }>),
      otherRoles: [{ role: 'querycoord', sessions: querycoord }],
    },
  });

describeCondition('ActiveElected', [
  [
    'is true, and says so, when the roles of a mixture are split',
    mixture(heldBy(one, zero)),
    'True',
    'RolesSplit',
    /^rootcoord-0 .* but querycoord is held by rootcoord-1 \(server ID 8\):.*a switchover.*brings them together/,
  ],
  [
    'is simply true when one process holds every role',
    mixture(heldBy(zero, one)),
    'True',
    'Elected',
    /holds the role$/,
  ],
  [
    'knows a process of 2.2 by its pod, for there each role has a server ID of its own',
    mixture(heldBy(aSession(3n), aSession(4n, 'rootcoord-1'))),
    'True',
    'Elected',
    /holds the role$/,
  ],
]);

describeCondition('Ready', [
  [
    'is true when each role is held and the other process stands by for it',
    mixture(heldBy(one, zero)),
    'True',
    'PairReady',
    /./,
  ],
  [
    'is false while nobody holds one of the roles',
    mixture(heldBy(undefined, zero, one)),
    'False',
    'RoleNotHeld',
    /but nobody holds querycoord$/,
  ],
  [
    'is false while a stranger holds one of the roles',
    mixture(heldBy(aSession(99n, 'elsewhere'), zero, one)),
    'False',
    'RoleNotHeld',
    /querycoord is held by elsewhere \(server ID 99\), which is no running process of this pair/,
  ],
  [
    'is false while nobody would take over one of the roles',
    mixture(heldBy(zero)),
    'False',
    'NoStandby',
    /rootcoord-1 .* no second process is for querycoord/,
  ],
]);

describe('both standing by', () => {
  const standBy = heldBy(undefined, aSession(7n), aSession(8n, 'rootcoord-1'));
  const pods = [aPod('rootcoord-0', { roleLabel: 'standby' }), aPod('rootcoord-1', { roleLabel: 'standby' })];
  /** Nobody has held the role since the time of the tables; looked at so many seconds later. */
  const seen = (seconds: number, changes: Partial<PairFacts> = {}) => {
    const begun = look(facts({ pods, etcd: known(standBy, 30), ...changes }));
    return look(withStatus(facts({ pods, etcd: known(standBy, 30), ...changes, now: after(seconds) }), begun.status));
  };

  it('is waited for one TTL and half a minute, and looked at again then', () => {
    const { status, turnsAt } = seen(59);
    expect(shownAs(status, 'ActiveElected')).toEqual(['False', 'Starting']);
    expect(turnsAt).toEqual(after(60));
  });

  it('is a finding after that, which names the pods and touches none', () => {
    const { status, endPod, events } = seen(60);
    expect(shownAs(status, 'ActiveElected')).toEqual(['False', 'NoTakeover']);
    expect(shownAs(status, 'Stalled')).toEqual(['True', 'NoTakeover']);
    expect(conditionOf(status, 'ActiveElected').message).toMatch(
      /since 2026-01-01T12:00:00.000Z although rootcoord-0 and rootcoord-1 stand by/,
    );
    expect(events.map(({ reason }) => reason)).toContain('NoTakeover');
    expect(endPod).toBeUndefined();
  });

  it('counts from the start of a standby that has only just come up', () => {
    const young = pods.map((pod) => ({ ...pod, container: aContainer({ runningSince: after(50) }) }));
    expect(shownAs(seen(60, { pods: young }).status, 'ActiveElected')).toEqual(['False', 'Starting']);
    expect(shownAs(seen(110, { pods: young }).status, 'ActiveElected')).toEqual(['False', 'NoTakeover']);
  });

  it('is no finding while the key of the role cannot be read', () => {
    const { status } = seen(600, { etcd: known({ ...standBy, broken }, 30) });
    expect(shownAs(status, 'ActiveElected')).toEqual(['False', 'Starting']);
    expect(shownAs(status, 'Ready')).toEqual(['False', 'Conflict']);
  });
});

describe('what the findings hold back', () => {
  it.each([
    ['another budget: the pair makes none', false],
    ["another budget: the pair's own is not kept either", true],
  ])('%s', (_, live) => {
    const kinds = (world: PairFacts) => planOf(world).children.map(({ desired }) => desired.kind);
    const children = withBudget(live);
    expect(kinds(facts({ children }))).toContain('PodDisruptionBudget');
    expect(kinds(facts({ children, otherBudgets: ['all-milvus'] }))).toEqual(['StatefulSet']);
  });

  const outdated = { templateHash: 'newer', children: situations.stalledRollout.children };
  const leaving = new Map(
    ['node-a', 'node-b'].map((name) => [name, { name, ready: true, leaving: name === 'node-a', outOfService: false }]),
  );

  it.each<[string, EtcdFacts]>([
    ['an unreadable session key', beside({ broken })],
    ['an etcd that is just back', justBack(both)],
    ['an older layout', beside({ olderLayout: ['rootcoord-3'] })],
  ])('%s holds back a drain', (_, etcd) => {
    expect(look(facts({ nodes: leaving })).status.transition?.reason).toBe('NodeLeaving');
    expect(look(facts({ nodes: leaving, etcd })).status.transition).toBeUndefined();
  });

  it.each<[string, EtcdFacts]>([
    ['an etcd that is just back', justBack(both)],
    ['an older layout', beside({ olderLayout: ['rootcoord-3'] })],
  ])('%s holds back a rollout', (_, etcd) => {
    const { children } = outdated;
    const wished = { children, pods: [aPod('rootcoord-0', { templateHash: 'old' }), aPod('rootcoord-1')] };
    expect(look(facts(wished)).status.transition?.type).toBe('Rollout');
    expect(look(facts({ ...wished, etcd })).status.transition).toBeUndefined();
  });
});
