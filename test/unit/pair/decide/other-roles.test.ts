import { describe, expect, it } from '@jest/globals';
import type { CoordinatorPairStatus } from '../../../../src/api/coordinator-pair.ts';
import type { Binding } from '../../../../src/pair/decide/binding.ts';
import type { Judgement } from '../../../../src/pair/decide/judgement.ts';
import { evidenceOf } from '../../../../src/pair/decide/evidence.ts';
import { provenDeaths } from '../../../../src/pair/decide/death.ts';
import type { RoleSessions, Session } from '../../../../src/pair/decide/role-sessions.ts';
import { storedMembers } from '../../../../src/pair/decide/other-role-status.ts';
import { bindingsOf, deathsOf } from '../../../../src/pair/decide/status-parts.ts';
import type { PairFacts } from '../../../../src/pair/facts.ts';
import type { HealthState } from '../../../../src/milvus/health.ts';
import type { ProbeFinding } from '../../../../src/probe/types.ts';
import type { Changes } from '../support/changes.ts';
import { facts, known, look, settle, statefulSetFacts, withStatus } from '../support/facts.ts';
import { aPair } from '../support/pair.ts';
import { aContainer, aPod } from '../support/pods.ts';
import { aSession, heldBy } from '../support/sessions.ts';
import { after, NOW } from '../support/time.ts';

/** A pod's session for querycoord. In 2.2 its server ID is another one than for rootcoord, from 2.3 on it is the same. */
const query = (serverID: bigint, podName: string): Session =>
  aSession(serverID, podName, { key: `querycoord-${serverID}`, lease: serverID * 1000n + 500n });

const generations = [
  { version: '2.2', zero: query(17n, 'rootcoord-0'), one: query(18n, 'rootcoord-1') },
  { version: '2.3', zero: query(7n, 'rootcoord-0'), one: query(8n, 'rootcoord-1') },
];

/** rootcoord-0 is ACTIVE for rootcoord, rootcoord-1 stands by; querycoord as said. */
function mixture(querycoord: RoleSessions, changes: Changes<PairFacts> = {}): PairFacts {
  const etcd = known(heldBy(aSession(7n), aSession(8n, 'rootcoord-1')), 30);
  return facts({
    pair: aPair({ spec: { role: 'mixcoord', image: 'milvusdb/milvus:v2.3.5' } }),
    etcd: { ...etcd, otherRoles: [{ role: 'querycoord', sessions: querycoord }] } as PairFacts['etcd'],
    ...changes,
  });
}

const bind = ({ serverID, lease }: Session, podName: string): Binding => ({
  serverID,
  lease,
  podUID: aPod(podName).uid,
  containerID: 'containerd://first',
  nodeName: aPod(podName).nodeName ?? '',
  boundTime: after(-60),
});

const killed = aPod('rootcoord-1', {
  ready: false,
  roleLabel: 'standby',
  container: aContainer({
    id: 'containerd://first',
    terminated: { containerID: 'containerd://first', exitCode: 137, finishedAt: NOW.toISOString(), reason: 'Error' },
  }),
});

describe.each(generations)('a mixture of $version whose STANDBY holds querycoord', ({ zero, one }) => {
  const split = heldBy(one, zero);

  it('says so in the summary, in a column, and of each role who holds it', () => {
    const { status } = settle(mixture(split));
    expect(status.summary).toMatch(/^rootcoord-0 is ACTIVE.*the roles are split: querycoord on rootcoord-1$/);
    expect(status.split).toBe('querycoord on rootcoord-1');
    expect(status.roles?.map(({ role, active }) => [role, active?.podName])).toEqual([
      ['rootcoord', 'rootcoord-0'],
      ['querycoord', 'rootcoord-1'],
    ]);
  });

  it('is freed of that lease once it is dead and the status says so, for the ACTIVE is registered to take it', () => {
    const before = settle(
      mixture(split, { bindings: [bind(aSession(8n, 'rootcoord-1'), 'rootcoord-1'), bind(one, 'rootcoord-1')] }),
    ).status;
    const seen = dies(mixture(split), before);
    const first = look(seen);
    expect(first.revoke.map(({ session }) => session.lease)).not.toContain(one.lease);
    const { revoke } = look(dies(mixture(split), first.status));
    expect(revoke).toContainEqual(
      expect.objectContaining({
        role: 'querycoord',
        session: expect.objectContaining({ lease: one.lease }) as unknown,
        successor: expect.objectContaining({ session: zero }) as unknown,
      }),
    );
  });

  it('keeps that lease while nobody is registered to take the role', () => {
    const alone = heldBy(one);
    const before = settle(mixture(alone, { bindings: [bind(one, 'rootcoord-1')] })).status;
    const first = look(dies(mixture(alone), before));
    const { revoke } = look(dies(mixture(alone), first.status));
    expect(revoke.map(({ session }) => session.lease)).not.toContain(one.lease);
  });

  it('is replaced by a rollout with the ACTIVE as successor, which brings the roles together', () => {
    const rolling = mixture(split, { templateHash: 'newer', children: [statefulSetFacts('newer')] });
    expect(settle(rolling).endPod).toMatchObject({
      podName: 'rootcoord-1',
      others: [{ role: 'querycoord', holderLease: one.lease, successor: { lease: zero.lease } }],
    });
  });

  it('is left to work by a rollout while nobody would take querycoord over', () => {
    const rolling = mixture(heldBy(one), { templateHash: 'newer', children: [statefulSetFacts('newer')] });
    expect(settle(rolling).endPod).toBeUndefined();
  });
});

describe.each(generations)('a mixture of $version whose ACTIVE holds every role', ({ zero, one }) => {
  /** A pair at rest that is then asked to switch over. */
  const asked = (querycoord: RoleSessions): Judgement => {
    const { status } = settle(mixture(querycoord));
    const metadata = { annotations: { 'ha.milvus.io/switchover': 'now' } };
    const spec = { role: 'mixcoord', image: 'milvusdb/milvus:v2.3.5' } as const;
    return settle(mixture(querycoord, { pair: aPair({ metadata, spec, status }) }));
  };

  it('moves with all of them to a STANDBY that is registered for each', () => {
    expect(asked(heldBy(zero, one)).endPod).toMatchObject({
      podName: 'rootcoord-0',
      others: [{ role: 'querycoord', holderLease: zero.lease, successor: { lease: one.lease } }],
    });
  });

  it('stays where it is while the STANDBY is not registered for one of them', () => {
    const { endPod, status } = asked(heldBy(zero));
    expect(endPod).toBeUndefined();
    expect(status.lastSwitchover).toMatchObject({ result: 'Refused', reason: 'NoStandby' });
  });

  it('names no split', () => {
    const { status } = settle(mixture(heldBy(zero, one)));
    expect(status.split).toBeUndefined();
    expect(status.summary).not.toMatch(/split/);
  });
});

describe('a mixture of 2.3 that is told to stop', () => {
  const { zero, one } = generations[1] as (typeof generations)[number];
  const held = heldBy(zero, one);
  const bindings = [bind(aSession(7n), 'rootcoord-0'), bind(zero, 'rootcoord-0')];
  const pods = [
    aPod('rootcoord-0', {
      roleLabel: 'active',
      terminating: true,
      deletion: { requestedAt: after(-2), graceSeconds: 60 },
    }),
    aPod('rootcoord-1', { roleLabel: 'standby' }),
  ];
  /** Two looks, so that what the first one records is acted on, at a process whose roles say this. */
  const seen = (roles: Readonly<Record<string, HealthState>>, from = settle(mixture(held, { bindings })).status) => {
    const health = Object.values(roles).every((state) => state === 'Abnormal') ? 'Abnormal' : 'Other';
    const container = { podUID: aPod().uid, containerID: 'containerd://first', at: NOW, since: NOW, times: 1 };
    const probes: ProbeFinding[] = [{ ...container, health, roles, port: 'Refused' }];
    const at = (status: CoordinatorPairStatus) => {
      const world = withStatus(mixture(held, { pods, probes }), status);
      return look({ ...world, ...evidenceOf(status, { ...world, nodes: new Map() }) });
    };
    return at(at(from).status);
  };
  const leasesOf = ({ revoke }: Judgement) => revoke.map(({ session }) => session.lease);

  it('loses the lease of the role that has stopped, and keeps that of the one which serves on', () => {
    const judgement = seen({ rootcoord: 'Abnormal', querycoord: 'Healthy' });
    expect(leasesOf(judgement)).toEqual([7000n]);
    expect(judgement.revoke).toMatchObject([
      { stopping: { role: 'rootcoord', hasOtherRoles: true, host: '10.0.0.1', port: 53_100 }, successor: {} },
    ]);
  });

  it('loses that of a further role as well once this has stopped, to the STANDBY of that role', () => {
    const judgement = seen({ rootcoord: 'Abnormal', querycoord: 'Abnormal' });
    expect(leasesOf(judgement)).toEqual([7000n, zero.lease]);
    expect(judgement.revoke[1]).toMatchObject({
      role: 'querycoord',
      stopping: { role: 'querycoord', hasOtherRoles: true },
      successor: { session: { lease: one.lease } },
    });
    const ofQuery = judgement.status.roles?.find(({ role }) => role === 'querycoord')?.members?.[0];
    expect(ofQuery).toMatchObject({ state: 'Stopping', stoppingBecause: expect.stringMatching(/Abnormal/) as unknown });
  });

  it('keeps the lease of each role that serves, when only a further one has stopped', () => {
    expect(leasesOf(seen({ rootcoord: 'Healthy', querycoord: 'Abnormal' }))).toEqual([zero.lease]);
  });
});

/** The world after the STANDBY was killed, as an operator finds it that has this status. */
function dies(world: PairFacts, status: CoordinatorPairStatus): PairFacts {
  const pods = [aPod('rootcoord-0', { roleLabel: 'active' }), killed];
  const stored = storedMembers(status);
  const bindings = bindingsOf(stored);
  const deaths = provenDeaths(deathsOf(stored), bindings, pods, new Map(), NOW);
  return withStatus({ ...world, pods, bindings, deaths }, status);
}
