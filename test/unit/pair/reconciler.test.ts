import { afterEach, describe, expect, it } from '@jest/globals';
import type { CoordinatorPair, CoordinatorPairStatus } from '../../../src/api/coordinator-pair.ts';
import { silent } from '../../../src/base/log.ts';
import type { KubeClient } from '../../../src/kube/client.ts';
import type { Pod } from '../../../src/kube/core-types.ts';
import type { KubeObject, ResourceKind } from '../../../src/kube/objects.ts';
import { Reconciler } from '../../../src/pair/reconciler.ts';
import { References } from '../../../src/pair/references.ts';
import { Workloads } from '../../../src/pair/workloads.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';
import { fakeClient } from '../kube/fake-client.ts';
import { FakeStores, sessionKey } from './support/fake-stores.ts';
import { noProbes } from './support/no-probes.ts';
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

const older = aPair({ metadata: { name: 'older', uid: 'older', creationTimestamp: '2025-01-01T00:00:00Z' } });
const foreignService: KubeObject = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'rootcoord-active' } };
const withAuth = { ...aPair().spec.etcd, auth: { secretName: 'etcd-root' } };
const missing = { kind: 'Deployment' as const, name: 'my-release' };

interface World {
  pair: CoordinatorPair | undefined;
  pods: readonly Pod[];
  /** Events about the StatefulSet. */
  events?: readonly object[];
  /** What happens while a label is written. */
  meanwhile?: () => void;
}

interface LabelPatch {
  readonly metadata: { readonly labels: Readonly<Record<string, string | null>> };
}

const roleLabel = 'ha.milvus.io/role';

/** A running pod of the pair. */
function aPod(name: string, podIP: string, role?: string): Pod {
  const status = { podIP, containerStatuses: [] };
  const labels = role === undefined ? {} : { [roleLabel]: role };
  const metadata = { name, namespace: 'milvus', uid: name, creationTimestamp: '2026-01-01T00:00:00Z', labels };
  return { apiVersion: 'v1', kind: 'Pod', metadata, spec: { nodeName: 'node-a' }, status };
}

/** A reconciler between an API server that keeps what is applied and an etcd that shows `stores`. */
function start(
  first: CoordinatorPair | undefined = aPair(),
  {
    pairs = [],
    objects = [],
  }: { readonly pairs?: readonly CoordinatorPair[]; readonly objects?: readonly KubeObject[] } = {},
) {
  const stores = new FakeStores();
  const clock = new VirtualClock();
  const world: World = { pair: first, pods: [] };
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
  const mergePatch = ((_kind: ResourceKind, name: string, _namespace: string, { metadata }: LabelPatch) => {
    const role = metadata.labels[roleLabel] ?? undefined;
    applied.push(`label of ${name}: ${role ?? 'none'}`);
    world.pods = world.pods.map((pod) =>
      pod.metadata.name === name ? aPod(name, pod.status?.podIP ?? '', role) : pod,
    );
    world.meanwhile?.();
    return Promise.resolve({});
  }) as unknown as KubeClient['mergePatch'];
  const get = (({ kind }: ResourceKind, name: string) =>
    Promise.resolve(
      objects.find((object) => object.kind === kind && object.metadata.name === name),
    )) as unknown as KubeClient['get'];
  const list = (() => Promise.resolve({ items: world.events ?? [] })) as unknown as KubeClient['list'];
  const client = fakeClient({ apply, mergePatch, get, list });
  const reconciler = new Reconciler({
    client,
    caches: {
      pair: () => world.pair,
      pairs: () => [...pairs, ...(world.pair ? [world.pair] : [])],
      pods: () => world.pods,
      departed: () => [],
      child: (kind, _, name) => live.get(`${kind.kind}/${name}`) as never,
      budgets: () => [],
      node: () => undefined,
      follow: () => {
        throw new Error('a pair without a workload follows no pods');
      },
    },
    references: new References(client, clock),
    workloads: new Workloads(client, clock),
    clock,
    stores,
    prober: noProbes,
    events: { record: ({ reason }) => void told.push(reason) },
    log: silent,
    watchNodes: true,
    guard: (namespace, name) => (`${namespace}/${name}` === 'milvus/etcd' ? 'NotFound' : 'NotWatched'),
    isLeader: () => true,
    wake: () => undefined,
  });
  started.push(reconciler);
  const look = () => reconciler.reconcile('milvus', 'rootcoord', signal);
  return { stores, clock, world, applied, told, look };
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

  it('ends after the labels when the role has gone on meanwhile, so that the next look sets the new ones', async () => {
    const { stores, world, applied, look } = start();
    world.pods = [aPod('rootcoord-0', '10.0.0.1', 'active'), aPod('rootcoord-1', '10.0.0.2', 'standby')];
    const standby = sessionKey('rootcoord-8', 8, 'rootcoord-1', '10.0.0.2:53100');
    stores.show([standby]);
    world.meanwhile = () => stores.show([sessionKey('rootcoord', 8, 'rootcoord-1', '10.0.0.2:53100'), standby]);
    expect(await look()).toBe(0);
    expect(applied).toEqual(['label of rootcoord-0: none']);
    await look();
    expect(applied[1]).toBe('label of rootcoord-1: active');
    expect(applied.at(-1)).toBe('status');
  });

  it('tells no duration of a change that happened before its first one, and that of the next', async () => {
    const { stores, world, look } = start();
    const holds = (serverID: number) =>
      stores.show([sessionKey('rootcoord', serverID, 'rootcoord-0', '10.0.0.1:53100')]);
    world.pods = [aPod('rootcoord-0', '10.0.0.1'), aPod('rootcoord-1', '10.0.0.2')];
    holds(7);
    await look();
    const successor = start(world.pair);
    successor.world.pods = world.pods;
    successor.stores.show([sessionKey('rootcoord', 8, 'rootcoord-1', '10.0.0.2:53100')]);
    await successor.look();
    expect(successor.world.pair?.status?.lastFailover).toMatchObject({ to: 'rootcoord-1', how: 'Unknown' });
    expect(successor.world.pair?.status?.lastFailover).not.toHaveProperty('durationMilliseconds');
    successor.stores.show([sessionKey('rootcoord', 9, 'rootcoord-0', '10.0.0.1:53100')]);
    await successor.look();
    expect(successor.world.pair?.status?.lastFailover).toMatchObject({ to: 'rootcoord-0', durationMilliseconds: 0 });
  });

  it('changes nothing in mode ObserveOnly but the status', async () => {
    const { stores, applied, look } = start(aPair({ spec: { mode: 'ObserveOnly' } }));
    stores.show(keys);
    await look();
    expect(applied).toEqual(['status']);
  });

  it('is not asked for again while nothing is in the way', async () => {
    const { stores, look } = start();
    stores.show([]);
    expect(await look()).toBeUndefined();
  });

  it.each<[string, CoordinatorPair, readonly CoordinatorPair[], readonly KubeObject[]]>([
    ['an object of its name belongs to somebody else', aPair(), [], [foreignService]],
    ['an older pair has the role', aPair(), [older], []],
    ['a ConfigMap that it names is missing', aPair({ spec: { config: { configMapName: 'settings' } } }), [], []],
    ['a Secret that it names is missing', aPair({ spec: { etcd: withAuth } }), [], []],
    ['a workload that it names is missing', aPair({ spec: { image: undefined, workloadRef: missing } }), [], []],
  ])(
    'is taken again within a quarter of a minute while %s, of which no watch tells',
    async (_, pair, pairs, objects) => {
      const { stores, look } = start(pair, { pairs, objects });
      stores.show([]);
      expect(await look()).toBe(15_001);
    },
  );

  it('is asked for again once a pod is missing for 3 s, and says why it is not made', async () => {
    const { stores, clock, world, look } = start();
    stores.show([]);
    await look();
    expect(await look()).toBe(3_001);
    const note = 'Create Pod rootcoord-0 in StatefulSet rootcoord failed error: serviceaccount "milvus" not found';
    world.events = [{ reason: 'FailedCreate', note }];
    await clock.advance(3_001);
    expect(await look()).toBe(15_001);
    expect(world.pair?.status?.summary).toContain('serviceaccount "milvus" not found');
    world.events = [];
    await clock.advance(15_001);
    expect(await look()).toBe(15_001);
    expect(world.pair?.status?.summary).not.toContain('serviceaccount');
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

  it('asks for the guard that the pair names, in its namespace, and goes on without it', async () => {
    const etcd = { ...aPair().spec.etcd, guardName: 'etcd' };
    const { stores, world, applied, look } = start(aPair({ spec: { etcd } }));
    stores.show(keys);
    await look();
    expect(applied).toContain('StatefulSet/rootcoord');
    const healthy = world.pair?.status?.conditions?.find(({ type }) => type === 'EtcdHealthy');
    expect([healthy?.status, healthy?.reason]).toEqual(['True', 'GuardSilent']);
    expect(healthy?.message).toMatch(/EtcdGuard etcd does not exist/);
  });
});
