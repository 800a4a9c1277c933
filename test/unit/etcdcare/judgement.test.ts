import { describe, expect, it } from '@jest/globals';
import type { EtcdGuardStatus } from '../../../src/api/etcd-guard.ts';
import { guardReasons } from '../../../src/api/guard-reasons.ts';
import type { ConditionReasonEntry } from '../../../src/api/reason-entry.ts';
import { judge } from '../../../src/etcdcare/judgement.ts';
import type { EtcdFacts } from '../../../src/etcdcare/facts.ts';
import { crashing, etcd, etcdWith, guard, look, memberID, names, now, setup } from './support/facts.ts';
import { situations } from './support/situations.ts';

const later = (minutes: number): Date => new Date(now.getTime() + minutes * 60_000);
const judged = (facts: EtcdFacts, before?: EtcdGuardStatus): EtcdGuardStatus =>
  judge({ now: facts.now, guard: guard(before), subject: { state: 'Etcd', facts } });
const reasons = (status: EtcdGuardStatus): Record<string, string> =>
  Object.fromEntries((status.conditions ?? []).map(({ type, status: value, reason }) => [type, `${value} ${reason}`]));

describe('the status of a guard', () => {
  it('says of an etcd that is well who leads and how many vote', () => {
    const status = judged(etcd());
    expect(status).toMatchObject({
      summary: '3 of 3 voters healthy, etcd-0 leads',
      leader: 'etcd-0',
      quorum: { voters: 3, healthy: 3, needed: 2, ratio: '3/3' },
    });
    expect(status.members?.[1]).toEqual({
      name: 'etcd-1',
      id: 'a1',
      podName: 'etcd-1',
      healthy: true,
      leader: false,
      learner: false,
      version: '3.5.25',
      dbSizeBytes: 33_554_432,
    });
    expect(status).not.toHaveProperty('diagnosis');
    expect(reasons(status)).toEqual({
      Healthy: 'True AllMembersHealthy',
      Quorate: 'True Quorate',
      Consistent: 'True SameCluster',
      SpaceOK: 'True SpaceLeft',
      Diagnosed: 'True NothingWrong',
      ConfigurationSafe: 'True Safe',
    });
  });

  it('stays the same to the letter while nothing happens, however much time passes and data comes in', () => {
    const first = judged(etcd());
    const moved = names.map((name) =>
      look(name, {
        header: { clusterID: 0xd00bd78cd98d7e18n, memberID: memberID(name), revision: 9000n, raftTerm: 3n },
        raftAppliedIndex: 9900n,
        dbSizeBytes: 21 * 2 ** 20,
      }),
    );
    expect(judged(etcd({ now: later(60), looks: moved }), first)).toEqual(first);
  });

  it.each(situations)('of $about stays the same too, once it is told', ({ facts }) => {
    const first = judged(facts);
    expect(judged({ ...facts, now: later(1) }, first)).toEqual(first);
  });

  it.each(situations)('of $about has only documented reasons, each with its own status', ({ facts }) => {
    for (const { type, status, reason } of judged(facts).conditions ?? []) {
      const table: Readonly<Record<string, ConditionReasonEntry>> = guardReasons[type];
      expect(table[reason]?.status).toBe(status);
    }
  });

  it('takes a lost quorum for certain only when it has held for the window', () => {
    const facts = etcdWith([crashing('etcd-1', 1, ['news']), crashing('etcd-2', 1, ['news'])]);
    const first = judged(facts);
    expect(first.diagnosis).toMatchObject({ case: 'QuorumLost', certainty: 'Suspected' });
    expect(reasons(first)).toMatchObject({
      Healthy: 'False NoQuorum',
      Quorate: 'False QuorumLost',
      Diagnosed: 'False NotCertainYet',
    });
    expect(judged({ ...facts, now: later(9) }, first).diagnosis).toMatchObject({ certainty: 'Suspected' });
    expect(judged({ ...facts, now: later(10) }, first).diagnosis).toMatchObject({
      certainty: 'Certain',
      sinceTime: now.toISOString(),
    });
  });

  it('keeps what was, newest first and ten at most', () => {
    const ill = etcdWith([crashing('etcd-1', 1, ['walpb: crc mismatch'])]);
    let status = judged(ill);
    for (let minute = 1; minute < 30; minute++)
      status = judged({ ...(minute % 2 === 1 ? etcd() : ill), now: later(minute) }, status);
    expect(status.history).toHaveLength(10);
    expect(status.history?.[0]).toEqual({
      case: 'DataDamaged',
      pods: ['etcd-1'],
      sinceTime: later(28).toISOString(),
      endTime: later(29).toISOString(),
    });
  });

  it('is blind, not broken, when ready members do not answer: it keeps what it last saw', () => {
    const well = judged(etcd());
    const silent = names.map((podName) => ({ podName, error: { code: 'Unavailable', message: 'refused' } }) as const);
    const status = judged(etcd({ looks: silent }), well);
    expect(status.members).toEqual(well.members);
    expect(reasons(status)).toMatchObject({
      Healthy: 'Unknown OperatorBlind',
      Quorate: 'Unknown OperatorBlind',
      ConfigurationSafe: 'True Safe',
    });
  });

  it('shows no member healthy any more when all are down', () => {
    const status = judged(etcdWith(names.map((name) => crashing(name, 1, ['news']))), judged(etcd()));
    expect(status.members?.map(({ healthy }) => healthy)).toEqual([false, false, false]);
    expect(status.quorum?.ratio).toBe('0/3');
  });

  it.each([
    [
      'ETCD_DISASTER_RECOVERY',
      etcd({ setup: { ...setup, switches: new Set(['ETCD_DISASTER_RECOVERY']) } }),
      'False DisasterRecoveryOn',
    ],
    [
      'ETCD_START_FROM_SNAPSHOT',
      etcd({ setup: { ...setup, switches: new Set(['ETCD_START_FROM_SNAPSHOT']) } }),
      'False StartFromSnapshotOn',
    ],
    ['etcd 3.5.0', etcd({ looks: names.map((name) => look(name, { version: '3.5.0' })) }), 'False KnownCorruption'],
    [
      'a frozen image',
      etcd({ setup: { ...setup, image: 'docker.io/bitnami/etcd:3.5.9-debian-11-r0' } }),
      'False FrozenImage',
    ],
    [
      'the probe of the charts',
      etcd({ setup: { ...setup, liveness: '/opt/bitnami/scripts/etcd/healthcheck.sh' } }),
      'False UnsafeLiveness',
    ],
    ['etcd 3.5.25', etcd(), 'True Safe'],
  ])('advises about %s', (_, facts, expected) => {
    expect(reasons(judged(facts))['ConfigurationSafe']).toBe(expected);
  });

  it('warns before the quota is full', () => {
    const looks = names.map((name) => look(name, { dbSizeBytes: 3.5 * 2 ** 30 }));
    expect(reasons(judged(etcd({ looks })))['SpaceOK']).toBe('False NearQuota');
  });

  it('says when there is no such StatefulSet, or it is no etcd', () => {
    const missing = judge({ now, guard: guard(), subject: { state: 'NotFound' } });
    expect(new Set(Object.values(reasons(missing)))).toEqual(new Set(['Unknown StatefulSetNotFound']));
    const other = judge({ now, guard: guard(), subject: { state: 'NotEtcd', why: 'it runs a web server' } });
    expect(new Set(Object.values(reasons(other)))).toEqual(new Set(['Unknown NotEtcd']));
  });
});
