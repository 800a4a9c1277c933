import { describe, expect, it } from '@jest/globals';
import type { EtcdGuard, KeptSnapshot } from '../../../../../../src/api/etcd-guard.ts';
import type { EtcdRecovery } from '../../../../../../src/api/etcd-recovery.ts';
import { layoutOf, type Layout } from '../../../../../../src/etcdcare/recovery/remedies/rebuild/layout.ts';
import { survey } from '../../../../../../src/etcdcare/recovery/remedies/rebuild/survey.ts';
import type { Work } from '../../../../../../src/etcdcare/recovery/remedy.ts';
import type { EtcdWorld } from '../../../../../../src/etcdcare/recovery/world.ts';
import type { Job } from '../../../../../../src/etcdcare/volumes/job-types.ts';
import { fakeClient } from '../../../../kube/fake-client.ts';
import { crashing, etcdWith, guard, now } from '../../../support/facts.ts';
import { recovery } from '../../support.ts';
import { endedJobs } from '../ended-jobs.ts';
import { worldOf } from '../worlds.ts';

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
  const asked = { spec: snapshotName === undefined ? {} : { source: { snapshotName } } } as EtcdRecovery;
  const looking = { recovery: asked, client: fakeClient({}) as never, now, signal: new AbortController().signal };
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

describe('looking at volumes', () => {
  const crashed = ['etcd-0', 'etcd-1', 'etcd-2'].map((name) => crashing(name, 1, []));
  const world = worldOf(etcdWith(crashed));
  const layout = layoutOf(world) as Layout;
  const signal = new AbortController().signal;
  const look = (client: Work['client'], at = now) =>
    survey({ recovery: recovery(), client, now: at, signal }, world, layout);

  it('calls what cannot be looked at unknown, not lost, and says what an image without a shell lacks', async () => {
    const message =
      'failed to create containerd task: failed to start container process: exec: "bash": executable file not found in $PATH: unknown';
    const { client } = endedJobs(() => ({ exitCode: 128, reason: 'StartError', message }));
    const seen = await look(client);
    expect(seen).toMatchObject({
      state: 'Seen',
      sources: [
        { name: 'etcd-0', usable: false, empty: false, unseen: true },
        { name: 'etcd-1', unseen: true },
        { name: 'etcd-2', unseen: true },
      ],
    });
    const [first] = seen.state === 'Seen' ? seen.sources : [];
    expect(first?.why).toContain('image milvusdb/etcd:3.5.25-r1 cannot run what repairs an etcd');
    expect(first?.why).toContain('set spec.toolsImage of EtcdGuard etcd to an image with bash');
  });

  it('waits five minutes for a Job that does not start, as on a node that is gone; then its volume is unknown', async () => {
    const unscheduled = { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: 'no node has it' };
    const stored = (job: Job) => ({
      ...job,
      metadata: { ...job.metadata, uid: 'job', resourceVersion: '1', creationTimestamp: now.toISOString() },
    });
    const pod = { metadata: { name: 'pod', ownerReferences: [{ uid: 'job' }] }, status: { conditions: [unscheduled] } };
    const jobs = new Map<string, Job>();
    const client = fakeClient({
      get: ((_kind: unknown, name: string) => {
        const job = jobs.get(name);
        return Promise.resolve(job && stored(job));
      }) as never,
      create: ((_kind: unknown, job: Job) => {
        jobs.set(job.metadata.name, job);
        return Promise.resolve(stored(job));
      }) as never,
      list: () => Promise.resolve({ items: [pod], metadata: { resourceVersion: '1' } }) as never,
    }) as Work['client'];
    const after = (seconds: number) => new Date(now.getTime() + seconds * 1000);
    expect(await look(client, after(300))).toMatchObject({
      state: 'Waiting',
      why: expect.stringContaining('no node has it'),
    });
    const seen = await look(client, after(301));
    expect(seen).toMatchObject({ state: 'Seen', sources: [{ unseen: true }, { unseen: true }, { unseen: true }] });
    expect(JSON.stringify(seen)).toContain('has not started within 5 minutes: ');
  });
});
