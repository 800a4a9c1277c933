import { describe, expect, it } from '@jest/globals';
import type { EtcdGuard, KeptSnapshot } from '../../../../../../src/api/etcd-guard.ts';
import type { EtcdRecovery } from '../../../../../../src/api/etcd-recovery.ts';
import type { Layout } from '../../../../../../src/etcdcare/recovery/remedies/rebuild/layout.ts';
import { survey } from '../../../../../../src/etcdcare/recovery/remedies/rebuild/survey.ts';
import type { EtcdWorld } from '../../../../../../src/etcdcare/recovery/world.ts';
import { fakeClient } from '../../../../kube/fake-client.ts';
import { guard } from '../../../support/facts.ts';

const kept = (hour: number, clusterID = 'a1'): KeptSnapshot => ({
  name: `snapshot-${hour}.db`,
  time: `2026-01-01T0${hour}:00:00Z`,
  clusterID,
  revision: String(hour * 100),
  totalKeys: '7',
  sha256: 'f'.repeat(64),
  sessionRoots: [`of-${hour}`],
});

/** The stored snapshots that are sources where one is asked for; the etcd has no volumes. */
async function sources(status: EtcdGuard['status'], snapshotName?: string) {
  const saving = {
    ...guard(status),
    spec: { ...guard().spec, snapshots: { claimName: 's', intervalSeconds: 60, keep: 9 } },
  };
  const recovery = { spec: snapshotName === undefined ? {} : { source: { snapshotName } } } as EtcdRecovery;
  const looking = { recovery, client: fakeClient({}) as never, signal: new AbortController().signal };
  const seen = await survey(looking, { guard: saving } as unknown as EtcdWorld, { members: [] } as unknown as Layout);
  return seen.state === 'Seen' ? seen.sources : [];
}

describe('the stored snapshots of a guard', () => {
  const frozen = 'the newest snapshot is of another cluster';
  const three = { lastSnapshot: { ...kept(3), frozen }, snapshots: [kept(3), kept(2), kept(1, 'b2')] };

  it('are a source with the newest only, while nobody names one', async () => {
    expect(await sources(three)).toMatchObject([
      { name: 'snapshot-3.db', kind: 'Snapshot', usable: true, saved: { at: kept(3).time, doubt: frozen } },
    ]);
    expect(await sources(three, 'snapshot-3.db')).toHaveLength(1);
    expect(await sources({})).toEqual([]);
  });

  it('are one with an older one too that is named, with what is in that', async () => {
    const [, older, ...others] = await sources(three, 'snapshot-1.db');
    expect(others).toEqual([]);
    expect(older).toMatchObject({
      name: 'snapshot-1.db',
      kind: 'Snapshot',
      usable: true,
      clusterId: 0xb2n,
      revision: 100n,
      sessionRoots: ['of-1'],
      saved: { at: kept(1).time },
    });
    expect(older?.saved?.doubt).toBeUndefined();
  });

  it('do not have one that was never kept', async () => {
    expect((await sources(three, 'snapshot-9.db')).map(({ name }) => name)).toEqual(['snapshot-3.db']);
  });
});
