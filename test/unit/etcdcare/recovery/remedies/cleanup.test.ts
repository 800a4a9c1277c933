import { describe, expect, it } from '@jest/globals';
import type { Planning, Work } from '../../../../../src/etcdcare/recovery/remedy.ts';
import { cleanup } from '../../../../../src/etcdcare/recovery/remedies/cleanup.ts';
import { keptVolumes, removeVolumes } from '../../../../../src/etcdcare/recovery/remedies/kept-volumes.ts';
import { ApiError } from '../../../../../src/kube/errors.ts';
import { fakeClient } from '../../../kube/fake-client.ts';
import { recovery } from '../support.ts';
import { endedJobs, result } from './ended-jobs.ts';
import { worldOf } from './worlds.ts';

const volume = (
  name: string,
  changes: { claim?: string; namespace?: string; phase?: string; policy?: string } = {},
) => ({
  apiVersion: 'v1',
  kind: 'PersistentVolume',
  metadata: { name, uid: `uid-of-${name}`, resourceVersion: '9' },
  spec: {
    persistentVolumeReclaimPolicy: changes.policy ?? 'Retain',
    claimRef: { namespace: changes.namespace ?? 'milvus', name: changes.claim ?? 'data-etcd-1' },
  },
  status: { phase: changes.phase ?? 'Released' },
});

const signal = new AbortController().signal;
const world = worldOf();
const pods = ['etcd-0', 'etcd-1', 'etcd-2'];

describe('volumes that a recovery has kept', () => {
  it('are those of this etcd that no claim has any more and that outlive it, on every page of the list', async () => {
    const pages = [
      [volume('pv-kept'), volume('pv-bound', { phase: 'Bound' }), volume('pv-reclaimed', { policy: 'Delete' })],
      [volume('pv-of-another', { claim: 'data-minio-1' }), volume('pv-elsewhere', { namespace: 'other' })],
      [volume('pv-early', { claim: 'data-etcd-2' })],
    ];
    const list = ((_kind: unknown, { continue: from = '0' }: { readonly continue?: string }) => {
      const next = Number(from) + 1;
      const metadata = { resourceVersion: '1', ...(next < pages.length ? { continue: String(next) } : {}) };
      return Promise.resolve({ metadata, items: pages[Number(from)] ?? [] });
    }) as never;
    const client = fakeClient({ list }) as Planning['client'];
    expect(await keptVolumes({ client, signal }, world, pods)).toEqual([
      { name: 'pv-early', uid: 'uid-of-pv-early', pod: 'etcd-2' },
      { name: 'pv-kept', uid: 'uid-of-pv-kept', pod: 'etcd-1' },
    ]);
  });

  it('stand in the plan by name, with what goes and what stays', async () => {
    const { client: jobs } = endedJobs((script) =>
      script.includes('list-old') ? result({ old: [], leftOut: '0', freeBytes: '1' }) : {},
    );
    const client = {
      ...jobs,
      list: ((kind: { readonly kind: string }, selection: object) =>
        kind.kind === 'PersistentVolume'
          ? Promise.resolve({ metadata: { resourceVersion: '1' }, items: [volume('pv-kept')] })
          : jobs.list(kind as never, selection)) as never,
    } as Planning['client'];
    const planning = { recovery: recovery({ action: 'Cleanup' }), world, client, signal } as Planning;
    let planned = await cleanup.plan(planning);
    for (let looks = 0; planned.state === 'Waiting' && looks < 5; looks++) planned = await cleanup.plan(planning);
    expect(planned).toMatchObject({
      state: 'Planned',
      plan: {
        steps: [
          'delete the object PersistentVolume pv-kept, which etcd-1 had before: its policy is Retain, so what is on the disk stays, and only you can delete or find it, in the storage itself',
        ],
        details: { old: {}, volumes: { 'pv-kept': 'uid-of-pv-kept' } },
      },
    });
  });

  it('are not told where they may not be listed', async () => {
    const list = (() => Promise.reject(new ApiError('no', { code: 403, reason: 'Forbidden' }))) as never;
    const client = fakeClient({ list }) as Planning['client'];
    expect(await keptVolumes({ client, signal }, world, pods)).toBeUndefined();
  });
});

describe('removing them', () => {
  const remove = (stored: object | undefined, deleted: unknown[] = []) => {
    const client = fakeClient({
      get: (() => Promise.resolve(stored)) as never,
      delete: (...args: unknown[]) => {
        deleted.push(args.slice(1));
        return Promise.resolve(true);
      },
    });
    const details = { volumes: { 'pv-kept': 'uid-of-pv-kept' } };
    return removeVolumes.run({
      client,
      details,
      notes: { removed: ['etcd-1/data.bak-old'] },
      look: () => Promise.resolve(world),
      signal,
    } as unknown as Work);
  };

  it('deletes the object as it was looked at', async () => {
    const deleted: unknown[] = [];
    expect(await remove(volume('pv-kept'), deleted)).toEqual({
      state: 'Done',
      message: 'removed etcd-1/data.bak-old, the object PersistentVolume pv-kept',
    });
    expect(deleted).toEqual([['pv-kept', undefined, { uid: 'uid-of-pv-kept', resourceVersion: '9', signal }]]);
  });

  it.each([
    ['has a claim again', volume('pv-kept', { phase: 'Bound' })],
    ['would be reclaimed', volume('pv-kept', { policy: 'Delete' })],
    ['was a volume of another namespace', volume('pv-kept', { namespace: 'other' })],
    ['was a volume of something else', volume('pv-kept', { claim: 'data-minio-1' })],
  ])('leaves one that %s', async (_what, stored) => {
    const deleted: unknown[] = [];
    expect(await remove(stored, deleted)).toMatchObject({
      state: 'Failed',
      message: expect.stringMatching(/it was left/),
    });
    expect(deleted).toEqual([]);
  });

  it('has nothing to do where it is gone, or another has its name', async () => {
    const deleted: unknown[] = [];
    await remove(undefined, deleted);
    await remove({ ...volume('pv-kept'), metadata: { name: 'pv-kept', uid: 'other', resourceVersion: '1' } }, deleted);
    expect(deleted).toEqual([]);
  });
});
