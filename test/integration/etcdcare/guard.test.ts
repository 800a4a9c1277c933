import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { EtcdGuardStatus } from '../../../src/api/etcd-guard.ts';
import { until } from '../../support/until.ts';
import { apply, startGuardedEtcd, type GuardedEtcd } from './guarded-etcd.ts';

const reasons = ({ conditions = [] }: EtcdGuardStatus): Record<string, string> =>
  Object.fromEntries(conditions.map(({ type, status, reason }) => [type, `${status} ${reason}`]));

describe('a guard over a real etcd of three members', () => {
  let world: GuardedEtcd;

  beforeAll(async () => {
    world = await startGuardedEtcd(['--quota-backend-bytes=8388608']);
    for (const ordinal of [0, 1, 2]) await world.show(ordinal, 'ready');
  }, 180_000);

  afterAll(async () => {
    await world[Symbol.asyncDispose]();
  });

  it('finds every member well and their contents equal', async () => {
    await world.etcd.etcdctl(['put', 'a', '1']);
    const { status } = await world.look();
    expect(reasons(status)).toEqual({
      Ready: 'True EtcdReady',
      Healthy: 'True AllMembersHealthy',
      Quorate: 'True Quorate',
      Consistent: 'True SameHashes',
      SpaceOK: 'True SpaceLeft',
      SnapshotFresh: 'Unknown NotConfigured',
      Diagnosed: 'True NothingWrong',
      RecoveryInProgress: 'False NoRecovery',
      ConfigurationSafe: 'True Safe',
      Conflict: 'False NoConflict',
    });
    const listed = await world.etcd.etcdctl(['member', 'list']);
    expect(status.members?.map(({ id, podName }) => `${id} ${podName ?? ''}`)).toEqual(
      ['etcd-0', 'etcd-1', 'etcd-2'].map((name) => {
        const line = listed.split('\n').find((candidate) => candidate.includes(`, ${name}, `));
        return `${line?.split(', ')[0] ?? ''} ${name}`;
      }),
    );
    expect(status.members?.filter(({ leader }) => leader)).toHaveLength(1);
  });

  it('writes nothing while nothing happens, though keys are written', async () => {
    const before = (await world.look()).metadata.resourceVersion;
    await world.etcd.etcdctl(['put', 'a', '2']);
    expect((await world.look()).metadata.resourceVersion).toBe(before);
  });

  it('sees a member that was killed, keeps the quorum, and says what it could not read', async () => {
    await world.etcd.members[2]?.kill();
    await world.show(2, 'crashing');
    // The one that was killed may have led: the others elect first.
    const status = await until(
      'the others to have a leader',
      async () => {
        const seen = (await world.look()).status;
        return seen.quorum?.healthy === 2 && seen;
      },
      { timeoutMs: 30_000, everyMs: 500 },
    );
    expect(reasons(status)).toMatchObject({
      Healthy: 'False Degraded',
      Quorate: 'True Quorate',
      Diagnosed: 'False Unrecognised',
    });
    expect(status.quorum).toEqual({ voters: 3, healthy: 2, needed: 2, ratio: '2/3' });
    expect(status.diagnosis).toMatchObject({ case: 'Unrecognised', pods: ['etcd-2'] });
    // There is no kubelet here that could give the log.
    expect(status.diagnosis?.evidence).toMatch(/ended with exit code 1.*not read: .*log of etcd-2/);
  });

  it('sees the quorum lost by the word of the member that is left', async () => {
    await world.etcd.members[1]?.kill();
    await world.show(1, 'crashing');
    const status = await until(
      'the last member to miss its leader',
      async () => {
        const seen = (await world.look()).status;
        return seen.diagnosis?.case === 'QuorumLost' && seen;
      },
      { timeoutMs: 30_000, everyMs: 500 },
    );
    expect(status.diagnosis).toMatchObject({ certainty: 'Suspected', pods: ['etcd-1', 'etcd-2'] });
    expect(reasons(status)).toMatchObject({ Healthy: 'False NoQuorum', Quorate: 'False QuorumLost' });
  }, 60_000);

  it('sees them come back, and remembers', async () => {
    for (const ordinal of [1, 2]) {
      await world.etcd.members[ordinal]?.start(false);
      await world.show(ordinal, 'ready');
    }
    const status = await until(
      'every member to be well',
      async () => {
        const seen = (await world.look()).status;
        return reasons(seen)['Healthy'] === 'True AllMembersHealthy' && seen;
      },
      { timeoutMs: 30_000, everyMs: 500 },
    );
    expect(status).not.toHaveProperty('diagnosis');
    expect(status.history?.map((past) => past.case)).toEqual(expect.arrayContaining(['QuorumLost', 'Unrecognised']));
  }, 60_000);

  it('sees the quota run full, and the alarm go', async () => {
    const megabyte = 'x'.repeat(2 ** 20);
    await until(
      'etcd to refuse a write',
      () =>
        world.etcd.etcdctl(['put', 'big'], { input: megabyte }).then(
          () => false,
          (error: unknown) => String(error).includes('database space exceeded'),
        ),
      { timeoutMs: 30_000 },
    );
    const { status } = await world.look();
    expect(status.diagnosis).toMatchObject({ case: 'NoSpaceAlarm', certainty: 'Certain' });
    expect(status.diagnosis?.evidence).toContain('etcd reports the alarm NOSPACE');
    expect(reasons(status)).toMatchObject({ SpaceOK: 'False NoSpaceAlarm', Quorate: 'True Quorate' });
    expect(status.members?.flatMap(({ alarms = [] }) => alarms)).toContain('NOSPACE');
    await world.etcd.etcdctl(['alarm', 'disarm']);
    await until('the diagnosis to go', async () => (await world.look()).status.diagnosis === undefined);
  }, 60_000);

  it('keeps the name of its StatefulSet', async () => {
    const manifest = { apiVersion: 'ha.milvus.io/v1alpha1', kind: 'EtcdGuard', metadata: { name: 'etcd' } };
    await expect(apply(world.server, { ...manifest, spec: { statefulSetName: 'other' } })).rejects.toThrow(
      /`statefulSetName` must stay as it is/,
    );
    await expect(
      apply(world.server, { ...manifest, metadata: { name: 'second' }, spec: { statefulSetName: 'Etcd' } }),
    ).rejects.toThrow(/`statefulSetName` must be the name of a StatefulSet/);
  });
});
