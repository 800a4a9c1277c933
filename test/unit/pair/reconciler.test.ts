import { afterEach, describe, expect, it } from '@jest/globals';
import type { CoordinatorPair, CoordinatorPairStatus } from '../../../src/api/coordinator-pair.ts';
import { silent } from '../../../src/base/log.ts';
import type { KubeClient } from '../../../src/kube/client.ts';
import type { KubeObject, ResourceKind } from '../../../src/kube/objects.ts';
import { Reconciler } from '../../../src/pair/reconciler.ts';
import { References } from '../../../src/pair/references.ts';
import { Workloads } from '../../../src/pair/workloads.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';
import { fakeClient } from '../kube/fake-client.ts';
import { FakeStores, sessionKey } from './support/fake-stores.ts';
import { aPair } from './support/pair.ts';

const signal = new AbortController().signal;
const keys = [
  sessionKey('rootcoord', 7, 'rootcoord-0', '10.0.0.1:53100'),
  sessionKey('rootcoord-7', 7, 'rootcoord-0', '10.0.0.1:53100'),
];
const started: Reconciler[] = [];
afterEach(() => {
  for (const reconciler of started.splice(0)) reconciler[Symbol.dispose]();
});

/** A reconciler between an API server that keeps what is applied and an etcd that shows `stores`. */
function start(first: CoordinatorPair | undefined = aPair()) {
  const stores = new FakeStores();
  const clock = new VirtualClock();
  const world: { pair: CoordinatorPair | undefined } = { pair: first };
  const live = new Map<string, KubeObject>();
  const applied: string[] = [];
  const told: string[] = [];
  const apply = ((kind: ResourceKind, object: KubeObject & { status?: CoordinatorPairStatus }) => {
    applied.push(object.status ? 'status' : `${kind.kind}/${object.metadata.name}`);
    if (object.status && world.pair) {
      world.pair = { ...world.pair, status: object.status };
      return Promise.resolve(world.pair);
    }
    const stored = { ...object, metadata: { ...object.metadata, uid: object.metadata.name, resourceVersion: '1' } };
    live.set(`${kind.kind}/${object.metadata.name}`, stored);
    return Promise.resolve(stored);
  }) as unknown as KubeClient['apply'];
  const client = fakeClient({ apply, get: () => Promise.resolve(undefined) });
  const reconciler = new Reconciler({
    client,
    caches: {
      pair: () => world.pair,
      pairs: () => (world.pair ? [world.pair] : []),
      pods: () => [],
      child: (kind, _, name) => live.get(`${kind.kind}/${name}`) as never,
      node: () => undefined,
      follow: () => {
        throw new Error('a pair without a workload follows no pods');
      },
    },
    references: new References(client, clock),
    budgets: { over: () => Promise.resolve([]) } as never,
    workloads: new Workloads(client, clock),
    clock,
    stores,
    events: { record: ({ reason }) => void told.push(reason) },
    log: silent,
    watchNodes: true,
    isLeader: () => true,
    wake: () => undefined,
  });
  started.push(reconciler);
  const look = () => reconciler.reconcile('milvus', 'rootcoord', signal);
  return { stores, world, applied, told, look };
}

describe('a look at a pair', () => {
  it('makes the children in order and then reports', async () => {
    const { stores, applied, look } = start();
    stores.show([]);
    await look();
    expect(applied).toEqual([
      'Service/rootcoord-headless',
      'Service/rootcoord-active',
      'PodDisruptionBudget/rootcoord',
      'StatefulSet/rootcoord',
      'status',
    ]);
  });

  it('writes nothing at all when nothing has changed', async () => {
    const { stores, applied, told, look } = start();
    stores.show([]);
    await look();
    const writes = applied.length;
    await look();
    await look();
    expect(applied).toHaveLength(writes);
    expect(told).toEqual([]);
  });

  it('leaves the status of an earlier operator alone until etcd was read', async () => {
    const { stores, applied, look } = start(aPair({ status: { observedGeneration: 1 } }));
    stores.kvs = new Error('no connection');
    expect(await look()).toBe(500);
    expect(applied).not.toContain('status');
  });

  it('reports that etcd was not read yet for a pair that has no status', async () => {
    const { stores, world, look } = start();
    stores.kvs = new Error('no connection');
    await look();
    expect(world.pair?.status?.summary).toBe('etcd has not been read yet');
  });

  it('changes nothing in mode ObserveOnly but the status', async () => {
    const { stores, applied, look } = start(aPair({ spec: { mode: 'ObserveOnly' } }));
    stores.show(keys);
    await look();
    expect(applied).toEqual(['status']);
  });

  it('lets go of etcd when the pair is gone', async () => {
    const { stores, world, look } = start();
    stores.show([]);
    await look();
    expect(stores.held).toBe(1);
    world.pair = undefined;
    expect(await look()).toBeUndefined();
    expect(stores.held).toBe(0);
  });
});
