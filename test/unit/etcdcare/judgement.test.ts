import { describe, expect, it } from '@jest/globals';
import type { EtcdGuardStatus } from '../../../src/api/etcd-guard.ts';
import { guardReasons } from '../../../src/api/guard-reasons.ts';
import type { ConditionReasonEntry } from '../../../src/api/reason-entry.ts';
import { judge } from '../../../src/etcdcare/judgement.ts';
import type { EtcdFacts } from '../../../src/etcdcare/facts.ts';
import type { PodFacts } from '../../../src/etcdcare/pod-facts.ts';
import { crashing, etcd, etcdWith, guard, look, memberID, names, now, pod, setup } from './support/facts.ts';
import { recovery } from './recovery/support.ts';
import { situations } from './support/situations.ts';

const later = (minutes: number): Date => new Date(now.getTime() + minutes * 60_000);
const judged = (facts: EtcdFacts, before?: EtcdGuardStatus): EtcdGuardStatus =>
  judge({ now: facts.now, guard: guard(before), subject: { state: 'Etcd', facts }, recoveries: [] });
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
      Ready: 'True EtcdReady',
      Healthy: 'True AllMembersHealthy',
      Quorate: 'True Quorate',
      Consistent: 'True SameCluster',
      SpaceOK: 'True SpaceLeft',
      SnapshotFresh: 'Unknown NotConfigured',
      Diagnosed: 'True NothingWrong',
      RecoveryInProgress: 'False NoRecovery',
      ConfigurationSafe: 'True Safe',
      Conflict: 'False NoConflict',
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

  it('takes a volume that is not mounted for certain only when the next attempts have failed too', () => {
    const waiting = { reason: 'ContainerCreating', message: '' };
    const unmounted = pod('etcd-1', {
      ready: false,
      phase: 'Pending',
      container: { state: 'Waiting', ...waiting },
      waiting: [{ container: 'etcd', ...waiting }],
      events: [{ reason: 'FailedMount', note: 'MountVolume.SetUp failed: timed out', warning: true }],
    });
    const facts = etcdWith([unmounted]);
    const first = judged(facts);
    expect(first.diagnosis).toMatchObject({ case: 'VolumeNotMounted', certainty: 'Suspected' });
    expect(judged({ ...facts, now: later(2) }, first).diagnosis).toMatchObject({ certainty: 'Suspected' });
    expect(judged({ ...facts, now: later(3) }, first).diagnosis).toMatchObject({ certainty: 'Certain' });
    const answering = judged(etcdWith([unmounted], { looks: names.map((name) => look(name)) }));
    expect(answering.diagnosis?.case).not.toBe('VolumeNotMounted');
  });

  it('counts the window from the first proof of a loss, though members that crash in turn show it by other faces', () => {
    const down = etcdWith(names.map((name) => crashing(name, 1, ['walpb: crc mismatch'])));
    const crashed: PodFacts = { ...crashing('etcd-2', 1, []), container: { state: 'Running', since: now } };
    const unproven = etcdWith([pod('etcd-0', { ready: false }), crashing('etcd-1', 1, []), crashed], { looks: [] });
    const leftOver = etcdWith([crashing('etcd-1', 1, ['news']), crashing('etcd-2', 1, ['news'])]);
    let status = judged(down);
    const cases = [status.diagnosis?.case];
    for (const [turn, facts] of [unproven, leftOver, down, leftOver, unproven, leftOver].entries()) {
      status = judged({ ...facts, now: later(2 * (turn + 1)) }, status);
      cases.push(status.diagnosis?.case);
    }
    expect(new Set(cases).size).toBeGreaterThan(2);
    expect(status.quorumLostSinceTime).toBe(now.toISOString());
    expect(status.diagnosis).toMatchObject({ case: 'QuorumLost', certainty: 'Certain', action: 'RestartQuorum' });
  });

  it.each([
    ['the quorum was there for one look', etcd()],
    ['it was blind', etcd({ looks: [], cannotAsk: 'spec.auth.secretName: Secret root does not exist' })],
    [
      'something outside of the data explained it',
      etcdWith([
        pod('etcd-1', { ready: false, phase: 'Pending', unschedulable: 'no node', container: { state: 'Unknown' } }),
        crashing('etcd-2', 1, ['news']),
      ]),
    ],
  ])('counts it anew after %s', (_, between) => {
    const lost = etcdWith([crashing('etcd-1', 1, ['news']), crashing('etcd-2', 1, ['news'])]);
    const after = judged({ ...between, now: later(9) }, judged(lost));
    expect(after.quorumLostSinceTime).toBeUndefined();
    const again = judged({ ...lost, now: later(10) }, after);
    expect(again).toMatchObject({
      quorumLostSinceTime: later(10).toISOString(),
      diagnosis: { certainty: 'Suspected' },
    });
  });

  it.each([
    [true, 'True AnotherGuard'],
    [false, 'True YoungerGuard'],
  ])('says on both of two guards that there are two, and which one repairs', (older, expected) => {
    const subject = { state: 'Etcd', facts: etcd() } as const;
    const status = judge({ now, guard: guard(), subject, recoveries: [], rival: { name: 'other', older } });
    expect(reasons(status)['Conflict']).toBe(expected);
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

  it('tells each face of one lost quorum once, and the next loss anew', () => {
    const crc = etcdWith(names.map((name) => crashing(name, 1, ['walpb: crc mismatch'])));
    const lost = etcdWith([crashing('etcd-1', 1, ['news']), crashing('etcd-2', 1, ['news'])]);
    let status = judged(crc);
    const face = status.diagnosis?.case;
    expect(face).not.toBe('QuorumLost');
    for (let minute = 1; minute <= 8; minute++)
      status = judged({ ...(minute % 2 === 1 ? lost : crc), now: later(minute) }, status);
    status = judged({ ...etcd(), now: later(9) }, status);
    expect(status.history).toEqual([
      expect.objectContaining({ case: face, sinceTime: now.toISOString(), endTime: later(9).toISOString() }),
      expect.objectContaining({
        case: 'QuorumLost',
        sinceTime: later(1).toISOString(),
        endTime: later(8).toISOString(),
      }),
    ]);
    status = judged({ ...lost, now: later(10) }, status);
    status = judged({ ...etcd(), now: later(11) }, status);
    expect(status.history?.map((past) => past.case)).toEqual(['QuorumLost', face, 'QuorumLost']);
  });

  it('is blind, not broken, when ready members do not answer: it keeps what it last saw', () => {
    const well = judged(etcd());
    const silent = names.map((podName) => ({ podName, error: { code: 'Unavailable', message: 'refused' } }) as const);
    const status = judged(etcd({ looks: silent }), well);
    expect(status.members).toEqual(well.members);
    expect(reasons(status)).toMatchObject({
      Healthy: 'Unknown OperatorBlind',
      Quorate: 'Unknown OperatorBlind',
      RecoveryInProgress: 'False NoRecovery',
      ConfigurationSafe: 'True Safe',
      Conflict: 'False NoConflict',
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
    const missing = judge({ now, guard: guard(), subject: { state: 'NotFound' }, recoveries: [] });
    expect(new Set(Object.values(reasons(missing)))).toEqual(new Set(['Unknown StatefulSetNotFound']));
    const other = judge({
      now,
      guard: guard(),
      subject: { state: 'NotEtcd', why: 'it runs a web server' },
      recoveries: [],
    });
    expect(new Set(Object.values(reasons(other)))).toEqual(new Set(['Unknown NotEtcd', 'True NotEtcd']));
  });

  it('keeps the snapshots and the count of what it began by itself while its StatefulSet is gone, and when it is back', () => {
    const run = {
      recoveryUID: 'u',
      recoveryName: 'earlier',
      action: 'BindPendingVolume',
      startTime: now.toISOString(),
    };
    const saved = { name: 'snapshot.db', time: now.toISOString() };
    const known = { lastSnapshot: saved, snapshots: [saved], automaticRuns: [run] };
    const gone = judge({ now, guard: guard(known), subject: { state: 'NotFound' }, recoveries: [] });
    expect(gone).toMatchObject(known);
    expect(judged(etcd(), gone)).toMatchObject(known);
  });

  it('remembers a recovery that its policy began for a day, though somebody deletes it', () => {
    const startTime = now.toISOString();
    const runs = recovery({ action: 'ReclaimSpace' }, { state: 'Running', approvedBy: 'Policy', startTime });
    const facts = { now, guard: guard(), subject: { state: 'Etcd' as const, facts: etcd() } };
    const seen = judge({ ...facts, recoveries: [runs] });
    expect(seen.automaticRuns).toMatchObject([{ recoveryName: 'repair', action: 'ReclaimSpace', startTime }]);
    const after = (hours: number) => ({ ...facts, guard: guard(seen), now: later(60 * hours), recoveries: [] });
    expect(judge({ ...after(23), subject: { state: 'NotFound' } }).automaticRuns).toHaveLength(1);
    expect(judge({ ...after(25), subject: { state: 'NotFound' } })).not.toHaveProperty('automaticRuns');
  });
});
