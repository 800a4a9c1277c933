import { describe, expect, it } from '@jest/globals';
import { systemClock } from '../../../../src/base/clock.ts';
import { fencedClient, fencedMember, TakenOver } from '../../../../src/etcdcare/recovery/fence.ts';
import { restartOnce } from '../../../../src/etcdcare/recovery/remedies/restart-pod.ts';
import type { Journal } from '../../../../src/etcdcare/recovery/journal.ts';
import { Run } from '../../../../src/etcdcare/recovery/run.ts';
import { StatusWriter } from '../../../../src/etcdcare/recovery/status-writer.ts';
import { make, undo, type TemporaryChange } from '../../../../src/etcdcare/recovery/temporary-change.ts';
import { ApiError } from '../../../../src/kube/errors.ts';
import { statefulSetKind } from '../../../../src/kube/kinds.ts';
import { fakeClient } from '../../kube/fake-client.ts';
import { pod } from '../support/facts.ts';
import { KubeWorld } from '../support/kube-world.ts';
import { recovery } from './support.ts';

const { signal } = new AbortController();
const set = { apiVersion: 'apps/v1', kind: 'StatefulSet', metadata: { name: 'etcd', namespace: 'milvus' } };
const change: TemporaryChange = {
  name: 'ScaleEtcd',
  what: 'StatefulSet etcd is scaled from 3 to 0',
  kind: 'StatefulSet',
  object: { name: 'etcd', namespace: 'milvus', uid: 'uid-of-StatefulSet-etcd' },
  patch: { spec: { replicas: 0 } },
  putBack: { spec: { replicas: 3 } },
};
const conflict = { code: 409 };

/** A StatefulSet of three, and the version at which it is read. */
function world() {
  const cluster = new KubeWorld([{ ...set, spec: { replicas: 3 } } as never]);
  const versionOf = () => cluster.get('StatefulSet', 'etcd').metadata.resourceVersion;
  return { cluster, versionOf, replicas: () => cluster.get('StatefulSet', 'etcd').spec?.replicas };
}

describe('a change for the time whose call comes late', () => {
  it('hits nothing once another operator has made it and put it back', async () => {
    const { cluster, versionOf, replicas } = world();
    const looked = versionOf();
    await make(cluster.client, change, looked, signal);
    await undo(cluster.client, change, signal);
    await expect(make(cluster.client, change, looked, signal)).rejects.toMatchObject(conflict);
    expect(replicas()).toBe(3);
  });

  it('is put back of the version that is read, and tried again when somebody writes in between', async () => {
    const { cluster, versionOf, replicas } = world();
    await make(cluster.client, change, versionOf(), signal);
    let reads = 0;
    const client = fakeClient({
      get: (async (...args: Parameters<typeof cluster.client.get>) => {
        const found = await cluster.client.get(...args);
        if (++reads === 1) cluster.put({ ...set, spec: { replicas: 1 } } as never);
        return found;
      }) as never,
      mergePatch: (...args) => cluster.client.mergePatch(...args),
    });
    await undo(client, change, signal);
    expect([reads, replicas()]).toEqual([2, 3]);
  });

  it('is not put back of another object of that name', async () => {
    const { cluster, replicas } = world();
    const other = { ...change, object: { ...change.object, uid: 'of one that is gone' } };
    cluster.put({ ...set, spec: { replicas: 1 } } as never);
    await undo(cluster.client, other, signal);
    expect(replicas()).toBe(1);
  });
});

describe('a status', () => {
  it('is written of the version that was read, and then of the one that came of it', async () => {
    const versions: unknown[] = [];
    const client = fakeClient({
      apply: ((_kind: unknown, { metadata }: { readonly metadata: { readonly resourceVersion: string } }) => {
        versions.push(metadata.resourceVersion);
        return Promise.resolve({ metadata: { ...metadata, resourceVersion: `${metadata.resourceVersion}+` } });
      }) as never,
    });
    const writer = new StatusWriter({ client: client as never, clock: systemClock });
    const first = await writer.write(recovery(), { state: 'Running', message: 'begins' }, signal);
    await writer.end(first, 'Succeeded', 'done', signal);
    expect(versions).toEqual(['1', '1+']);
  });
});

describe('a pod that is deleted to end its back-off', () => {
  it('is asked for as it was looked at, and one that has come up meanwhile is left alone', async () => {
    const asked: unknown[] = [];
    const client = fakeClient({
      delete: (_kind, name, _namespace, { uid, resourceVersion } = {}) => {
        asked.push([name, uid, resourceVersion]);
        return Promise.reject(new ApiError('the pod has changed', { code: 409, reason: 'Conflict' }));
      },
    });
    const work = { client: client as never, recovery: recovery(), signal };
    expect(await restartOnce(work, pod('etcd-1'), 'uid-etcd-1')).toBe(false);
    expect(asked).toEqual([['etcd-1', 'uid-etcd-1', 'version-of-etcd-1']]);
  });
});

describe('a run of a recovery', () => {
  const journal = { recovery: { name: 'repair', uid: 'u' }, changes: [], steps: [], notes: {} } as never as Journal;

  it.each([
    { when: 'while its journal is as it left it', leads: true, version: '1', made: 1 },
    { when: 'once another operator has written the journal', leads: true, version: '2', made: 0 },
    { when: 'once the journal is gone', leads: true, version: undefined, made: 0 },
    { when: 'once it does not lead any more', leads: false, version: '1', made: 0 },
  ])('makes $made of one change $when', async ({ leads, version, made }) => {
    const done: unknown[] = [];
    const data = { 'journal.json': JSON.stringify(journal) };
    const stored = version === undefined ? undefined : { metadata: { resourceVersion: version }, data };
    const client = fakeClient({
      get: (() => Promise.resolve(stored)) as never,
      mergePatch: ((...[, name]: readonly unknown[]) => Promise.resolve(done.push(name))) as never,
    });
    const where = { namespace: 'milvus', statefulSetName: 'etcd' };
    const announced = () => Promise.resolve();
    const run = new Run(
      client as never,
      where,
      { journal, digest: 'd', resourceVersion: '1' },
      () => leads,
      announced,
      signal,
    );
    const changing = run.client.mergePatch(statefulSetKind, 'etcd', 'milvus', {});
    await changing.catch((error: unknown) => expect(error).toBeInstanceOf(TakenOver));
    expect(done).toHaveLength(made);
  });
});

describe('an operator that another one has taken the place of', () => {
  const over = () => Promise.reject(new TakenOver());

  it('changes nothing more, and may look', async () => {
    const done: string[] = [];
    const note = (what: string) => () => Promise.resolve(void done.push(what));
    const names = ['get', 'list', 'create', 'update', 'apply', 'mergePatch', 'delete'] as const;
    const real = fakeClient(Object.fromEntries(names.map((name) => [name, note(name)])));
    const client = fencedClient(real as never, over) as never as Record<string, () => Promise<void>>;
    for (const name of names) await client[name]?.().catch((error: unknown) => expect(error).toBeInstanceOf(TakenOver));
    expect(done).toEqual(['get', 'list']);
  });

  it('changes no member of etcd', async () => {
    const done: string[] = [];
    const note = (what: string) => () => Promise.resolve(void done.push(what));
    const changes = ['compact', 'defragment', 'disarmNoSpace', 'moveLeader', 'removeMember', 'addLearner', 'promote'];
    const real = Object.fromEntries([...changes, 'countKeys'].map((name) => [name, note(name)]));
    const member = fencedMember(real as never, over) as never as Record<string, () => Promise<void>>;
    for (const name of changes) await expect(member[name]?.()).rejects.toBeInstanceOf(TakenOver);
    await member['countKeys']?.();
    expect(done).toEqual(['countKeys']);
  });
});
