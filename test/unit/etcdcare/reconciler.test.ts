import { describe, expect, it } from '@jest/globals';
import type { EtcdGuard } from '../../../src/api/etcd-guard.ts';
import type { EtcdRecovery } from '../../../src/api/etcd-recovery.ts';
import { silent } from '../../../src/base/log.ts';
import type { EtcdMemberClient } from '../../../src/etcd/member-client.ts';
import { GuardReconciler } from '../../../src/etcdcare/reconciler.ts';
import type { KubeObject } from '../../../src/kube/objects.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';
import { fakeClient } from '../kube/fake-client.ts';
import { recovery } from './recovery/support.ts';
import { guard, look, names } from './support/facts.ts';

/** An API server with an etcd, which notes every call, and members that answer. */
function world({ ready = true }: { readonly ready?: boolean } = {}) {
  const calls: string[] = [];
  let stored: EtcdGuard = guard();
  let closed = 0;
  const meta = (name: string) => ({ name, namespace: 'milvus', uid: name, resourceVersion: '1' });
  const container = { name: 'etcd', image: 'milvusdb/etcd:3.5.25-r1', args: [] };
  const set = {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: meta('etcd'),
    spec: { replicas: 3, selector: { matchLabels: { app: 'etcd' } }, template: { spec: { containers: [container] } } },
  };
  const pods = names.map((name) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: meta(name),
    status: {
      phase: 'Running',
      podIP: `10.0.0.1${name.slice(-1)}`,
      conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }],
      containerStatuses: [
        { name: 'etcd', ready, restartCount: 0, state: { running: { startedAt: '2025-01-01T00:00:00Z' } } },
      ],
    },
  }));
  const client = {
    ...fakeClient({
      get: (kind) => {
        calls.push(`get ${kind.plural}`);
        return Promise.resolve((kind.kind === 'StatefulSet' ? set : undefined) as never);
      },
      list: (kind) => {
        calls.push(`list ${kind.plural}`);
        const items = (kind.kind === 'Pod' ? pods : []) as unknown as KubeObject[];
        return Promise.resolve({ metadata: { resourceVersion: '1' }, items } as never);
      },
    }),
    podLog: () => {
      calls.push('log');
      return Promise.resolve('');
    },
  };
  const clock = new VirtualClock();
  const recoveries: EtcdRecovery[] = [];
  /** What the members answer by, changed by a test. */
  const store = { clusterID: 0xd00bd78cd98d7e18n, hashes: [1, 1, 1] };
  const reconciler = new GuardReconciler({
    client,
    writer: fakeClient({
      apply: (kind, object, options) => {
        calls.push(`apply ${kind.plural}/${options?.subresource ?? ''}`);
        stored = { ...stored, ...(object as unknown as EtcdGuard), metadata: stored.metadata };
        return Promise.resolve(object as never);
      },
    }),
    secrets: { secret: () => Promise.resolve(undefined), forgetSecret: () => undefined },
    node: () => undefined,
    guard: () => stored,
    guards: () => [stored],
    recoveries: () => (recoveries.length > 0 ? recoveries : undefined),
    connect: ({ endpoints }): EtcdMemberClient => {
      const ordinal = Number(endpoints[0]?.split(':')[0]?.slice(-1));
      const seen = look(`etcd-${ordinal}`);
      if (!('answer' in seen)) throw new Error('a look always has an answer here');
      return {
        status: () => {
          const { status: answer } = seen.answer;
          return Promise.resolve({ ...answer, header: { ...answer.header, clusterID: store.clusterID } });
        },
        members: () => Promise.resolve(seen.answer.members),
        readThroughQuorum: () => Promise.resolve(),
        hashOfKeys: () => Promise.resolve({ hash: store.hashes[ordinal] ?? 0, compactRevision: 0n, newest: 500n }),
        [Symbol.dispose]: () => {
          closed += 1;
        },
      };
    },
    clock,
    log: silent,
  });
  const lookOnce = () => reconciler.reconcile('milvus', 'etcd', new AbortController().signal);
  return { calls, clock, recoveries, store, lookOnce, reconciler, status: () => stored.status, closed: () => closed };
}

describe('looking after a guard', () => {
  it('writes once and is silent after that: two reads of the API server each 30 seconds', async () => {
    const { calls, lookOnce } = world();
    expect(await lookOnce()).toBe(30_000);
    expect(calls).toEqual(['get statefulsets', 'list pods', 'apply etcdguards/status']);
    calls.length = 0;
    expect(await lookOnce()).toBe(30_000);
    expect(calls).toEqual(['get statefulsets', 'list pods']);
  });

  it('looks closer, at claims, events and logs, only when a pod is not well, and never writes but a status', async () => {
    const { calls, lookOnce, status } = world({ ready: false });
    expect(await lookOnce()).toBe(10_000);
    expect(new Set(calls)).toEqual(
      new Set(['get statefulsets', 'list pods', 'list events', 'log', 'apply etcdguards/status']),
    );
    expect(status()?.diagnosis?.case).toBe('Unrecognised');
  });

  it('compares hashes on the first good look', async () => {
    const { lookOnce, status } = world();
    await lookOnce();
    expect(status()?.conditions?.find(({ type }) => type === 'Consistent')?.reason).toBe('SameHashes');
  });

  it('keeps saying that data differs until the next comparison, whatever was saved meanwhile', async () => {
    const { clock, lookOnce, recoveries, status, store } = world();
    store.hashes = [1, 1, 2];
    await lookOnce();
    expect(status()?.diagnosis?.case).toBe('DataDiverged');
    store.hashes = [1, 1, 1];
    await clock.advance(60_000);
    const times = { startTime: clock.wallTime().toISOString(), endTime: clock.wallTime().toISOString() };
    recoveries.push(recovery({ action: 'Snapshot' }, { state: 'Succeeded', ...times }));
    await lookOnce();
    expect(status()?.diagnosis?.case).toBe('DataDiverged');
  });

  it('says no more that data differs once the members are of another cluster', async () => {
    const { lookOnce, status, store } = world();
    store.hashes = [1, 1, 2];
    await lookOnce();
    Object.assign(store, { clusterID: 0xabcn, hashes: [1, 1, 1] });
    await lookOnce();
    expect(status()?.diagnosis).toBeUndefined();
  });

  it('says no more that data differs once a repair has ended, though it gives members the ids that they had', async () => {
    const { clock, lookOnce, recoveries, status, store } = world();
    store.hashes = [1, 1, 2];
    await lookOnce();
    store.hashes = [1, 1, 1];
    await clock.advance(60_000);
    const times = { startTime: clock.wallTime().toISOString(), endTime: clock.wallTime().toISOString() };
    recoveries.push(recovery({ action: 'RebuildFromSurvivor' }, { state: 'Succeeded', ...times }));
    await lookOnce();
    expect(status()?.diagnosis).toBeUndefined();
  });

  it('closes its connections when it ends', async () => {
    const { lookOnce, reconciler, closed } = world();
    await lookOnce();
    reconciler[Symbol.dispose]();
    expect(closed()).toBe(3);
  });
});
