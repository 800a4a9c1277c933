import { describe, expect, it } from '@jest/globals';
import type { CoordinatorPairSpec } from '../../../../src/api/coordinator-pair.ts';
import { decideDeadSessions } from '../../../../src/pair/decide/dead-sessions.ts';
import type { ProvenDeath } from '../../../../src/pair/decide/death.ts';
import { planOf } from '../../../../src/pair/decide/plan.ts';
import type { PairFacts } from '../../../../src/pair/facts.ts';
import { facts, known, unreachable, withStatus } from '../support/facts.ts';
import { aPair } from '../support/pair.ts';
import { aPod } from '../support/pods.ts';
import { aSession, heldBy } from '../support/sessions.ts';
import * as situations from '../support/situations.ts';
import { NOW } from '../support/time.ts';

const death = (serverID: bigint): ProvenDeath => ({
  serverID,
  lease: serverID * 1000n,
  seenTime: NOW,
  evidence: 'it ended',
});
const [binding] = situations.firstStopping.bindings ?? [];
if (!binding) throw new Error('the situation has no binding');
const underFailover = (changes: Parameters<typeof facts>[0]) =>
  situations.during({ type: 'Failover', step: 'AwaitingLease', reason: 'ActiveProcessEnded' }, changes);
const leasesIn = (world: PairFacts) =>
  decideDeadSessions(world, planOf(world).members).revoke.map(({ session }) => session.lease);

describe('the session of a process that is proven dead', () => {
  it('is ended under the failover that the status shows, with the standby as successor', () => {
    const world = underFailover({ deaths: [death(7n)] });
    const { revoke } = decideDeadSessions(world, planOf(world).members);
    expect(revoke).toMatchObject([
      { session: { lease: 7000n }, evidence: 'it ended', successor: { session: { serverID: 8n } } },
    ]);
  });

  it('is ended at once when it is an orphan that holds nothing', () => {
    expect(leasesIn(facts({ deaths: [death(8n)] }))).toEqual([8000n]);
  });

  it('waits for the record of the failover', () => {
    expect(leasesIn(facts({ deaths: [death(7n)] }))).toEqual([]);
  });

  it.each<[string, Parameters<typeof facts>[0], RegExp]>([
    [
      'no standby is registered',
      { pods: [aPod('rootcoord-0')], etcd: known(situations.firstAlone, 30) },
      /no standby is registered/,
    ],
    ['the standby is dead too', { deaths: [death(7n), death(8n)] }, /no standby is registered/],
    [
      'coordinators of an older layout would snatch the role',
      { etcd: known({ ...situations.bothRegistered, olderLayout: ['rootcoord-3'] }, 30) },
      /rootcoord-3.* would take the role/,
    ],
  ])('runs out when it holds the role and %s', (_, changes, why) => {
    const world = underFailover({ deaths: [death(7n)], ...changes });
    const { revoke, waitingBecause } = decideDeadSessions(world, planOf(world).members);
    expect(revoke.map(({ session }) => session.serverID)).not.toContain(7n);
    expect(waitingBecause).toMatch(why);
  });

  it.each<[string, PairFacts]>([
    ['etcd is not known', underFailover({ deaths: [death(7n)], etcd: unreachable })],
    [
      'its registration is gone',
      underFailover({ deaths: [death(7n)], etcd: known(heldBy(aSession(8n, 'rootcoord-1')), 30) }),
    ],
    ['the proof is about another lease', underFailover({ deaths: [{ ...death(7n), lease: 1n }] })],
    [
      'it has no lease',
      underFailover({
        deaths: [{ ...death(7n), lease: 0n }],
        etcd: known(heldBy(aSession(7n, 'rootcoord-0', { lease: 0n })), 30),
      }),
    ],
  ])('is left alone when %s', (_, world) => {
    expect(leasesIn(world)).toEqual([]);
  });

  it('is ended by the operator itself where the process was told to stop, serves no more and keeps it', () => {
    const world = underFailover(situations.firstStopping);
    const { revoke } = decideDeadSessions(world, planOf(world).members);
    expect(revoke).toMatchObject([
      {
        session: { lease: 7000n },
        stopping: {
          podName: 'rootcoord-0',
          podUID: 'uid-of-rootcoord-0',
          containerID: 'containerd://first',
          host: '10.0.0.1',
          port: 53_100,
        },
        successor: { session: { serverID: 8n } },
      },
    ]);
  });

  it.each<[string, Parameters<typeof facts>[0]]>([
    ['it was never bound to that container', { bindings: [] }],
    ['another lease was bound to it', { bindings: [{ ...binding, lease: 1n }] }],
    ['it was bound to the container before', { bindings: [{ ...binding, containerID: 'containerd://before' }] }],
  ])('is left to a process that stops when %s', (_, changes) => {
    expect(leasesIn(underFailover({ ...situations.firstStopping, ...changes }))).toEqual([]);
  });

  it('is left alone when the spec says so', () => {
    const remediation: CoordinatorPairSpec['remediation'] = { ...aPair().spec.remediation, deadHolder: 'Never' };
    const world = underFailover({ deaths: [death(7n), death(8n)] });
    const pair = aPair({ spec: { remediation } });
    expect(leasesIn(withStatus({ ...world, pair }, world.pair.status ?? {}))).toEqual([]);
  });
});
