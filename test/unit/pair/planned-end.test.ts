import { afterEach, describe, expect, it } from '@jest/globals';
import type { CoordinatorPair, CoordinatorPairStatus } from '../../../src/api/coordinator-pair.ts';
import { silent } from '../../../src/base/log.ts';
import type { KubeClient } from '../../../src/kube/client.ts';
import type { Pod } from '../../../src/kube/core-types.ts';
import type { KubeObject, ResourceKind } from '../../../src/kube/objects.ts';
import { Reconciler } from '../../../src/pair/reconciler.ts';
import { References } from '../../../src/pair/references.ts';
import { Workloads } from '../../../src/pair/workloads.ts';
import { Prober } from '../../../src/probe/prober.ts';
import type { ProbeAnswer } from '../../../src/probe/types.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';
import { fakeClient } from '../kube/fake-client.ts';
import { FakeStores, sessionKey } from './support/fake-stores.ts';
import { aPair } from './support/pair.ts';

const signal = new AbortController().signal;
const keys = [
  sessionKey('rootcoord', 7, 'rootcoord-0', '10.0.0.1:53100'),
  sessionKey('rootcoord-7', 7, 'rootcoord-0', '10.0.0.1:53100'),
  sessionKey('rootcoord-8', 8, 'rootcoord-1', '10.0.0.2:53100'),
];
const afterwards = [
  sessionKey('rootcoord', 8, 'rootcoord-1', '10.0.0.2:53100'),
  sessionKey('rootcoord-8', 8, 'rootcoord-1', '10.0.0.2:53100'),
];

/** What an operator has found out of the pair at rest: both sessions are bound to their containers. */
const known: CoordinatorPairStatus = {
  observedGeneration: 1,
  active: {
    podName: 'rootcoord-0',
    nodeName: 'node-a',
    address: '10.0.0.1:53100',
    serverID: '7',
    sinceTime: '2025-12-31T23:00:00Z',
  },
  members: [7, 8].map((id) => ({
    state: id === 7 ? 'Active' : 'Standby',
    podName: `rootcoord-${id - 7}`,
    podUID: `rootcoord-${id - 7}`,
    containerID: `containerd://rootcoord-${id - 7}`,
    nodeName: 'node-a',
    serverID: String(id),
    leaseID: String(id),
    createRevision: String(id),
    boundTime: '2025-12-31T23:01:00Z',
  })),
};

function aPod(name: string, podIP: string, deleted = false): Pod {
  const containerID = `containerd://${name}`;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: 'milvus',
      uid: name,
      creationTimestamp: '2025-12-31T23:00:00Z',
      labels: { 'ha.milvus.io/role': name === 'rootcoord-0' ? 'active' : 'standby' },
      ...(deleted ? { deletionTimestamp: '2026-01-01T00:01:00Z', deletionGracePeriodSeconds: 60 } : {}),
    },
    spec: { nodeName: 'node-a' },
    status: {
      podIP,
      conditions: [{ type: 'Ready', status: 'True' }],
      containerStatuses: [
        {
          name: 'milvus',
          containerID,
          ready: true,
          restartCount: 0,
          state: { running: { startedAt: '2025-12-31T23:00:00Z' } },
        },
      ],
    },
  };
}

const standby: ProbeAnswer = { health: 'Standby', port: 'Open' };
const healthy: ProbeAnswer = { health: 'Healthy', port: 'Open' };
const stopped: ProbeAnswer = { health: 'Abnormal', port: 'Refused' };

const started: Reconciler[] = [];
afterEach(() => {
  for (const reconciler of started.splice(0)) reconciler[Symbol.dispose]();
});

/** A pair at rest between a fake API server, etcd and Milvus, and an operator that is asked whenever something wakes it. */
function start() {
  const stores = new FakeStores();
  stores.leases.set(7n, {}).set(8n, {});
  stores.show(keys);
  const clock = new VirtualClock();
  const answers = new Map([
    ['10.0.0.1', healthy],
    ['10.0.0.2', standby],
  ]);
  const world = { pods: [aPod('rootcoord-0', '10.0.0.1'), aPod('rootcoord-1', '10.0.0.2')] };
  let pair: CoordinatorPair = aPair({ status: known, spec: { rollout: { policy: 'Paused' } } });
  const told: string[] = [];
  let polls = 0;
  let wakes = 0;
  const client = fakeClient({
    apply: ((_: ResourceKind, object: KubeObject & { status?: CoordinatorPairStatus }) => {
      if (object.status) pair = { ...pair, status: object.status };
      return Promise.resolve({ ...object, metadata: { ...object.metadata, uid: 'any', resourceVersion: '1' } });
    }) as unknown as KubeClient['apply'],
    mergePatch: (() => Promise.resolve({})) as unknown as KubeClient['mergePatch'],
    get: (({ kind }: ResourceKind, name: string) =>
      Promise.resolve(
        kind === 'Pod' ? world.pods.find(({ metadata }) => metadata.name === name) : undefined,
      )) as unknown as KubeClient['get'],
  });
  const reconciler = new Reconciler({
    client,
    caches: {
      pair: () => pair,
      pairs: () => [pair],
      pods: () => world.pods,
      departed: () => [],
      child: () => undefined,
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
    prober: new Prober(clock, ({ host }) => {
      polls += 1;
      return Promise.resolve(answers.get(host) ?? standby);
    }),
    events: { record: ({ reason }) => void told.push(reason) },
    log: silent,
    watchNodes: true,
    isLeader: () => true,
    wake: () => (wakes += 1),
  });
  started.push(reconciler);
  return {
    stores,
    clock,
    answers,
    world,
    told,
    look: () => reconciler.reconcile('milvus', 'rootcoord', signal),
    status: () => pair.status,
    polls: () => polls,
    wakes: () => wakes,
  };
}

describe('the pod of the ACTIVE is deleted', () => {
  it('and its lease is ended as soon as it says that it has stopped, which then is told', async () => {
    const { stores, clock, answers, world, told, look, status, wakes } = start();
    world.pods = [aPod('rootcoord-0', '10.0.0.1', true), world.pods[1] as Pod];
    await look();
    await clock.advance(200);
    await look();
    expect([stores.revoked, status()?.transition]).toEqual([[], undefined]);

    const before = wakes();
    answers.set('10.0.0.1', stopped);
    await clock.advance(50);
    expect(wakes()).toBe(before + 1);
    await look();
    expect(stores.revoked).toEqual([]);
    expect(status()?.transition).toMatchObject({ type: 'Failover', reason: 'ActiveStopping', from: 'rootcoord-0' });
    await look();
    expect(stores.revoked).toEqual([7n]);
    expect(told).toContain('StoppedLeaseRevoked');

    stores.show(afterwards);
    await look();
    expect(status()?.active).toMatchObject({ podName: 'rootcoord-1', serverID: '8' });
    expect(status()?.lastFailover).toMatchObject({ from: 'rootcoord-0', to: 'rootcoord-1', how: 'LeaseRevoked' });
    expect(status()?.members?.find(({ podName }) => podName === 'rootcoord-0')).toMatchObject({ state: 'Stopping' });
  });

  it('and one that serves when it is asked again keeps its lease, and is asked once more', async () => {
    const { stores, clock, answers, world, look } = start();
    world.pods = [aPod('rootcoord-0', '10.0.0.1', true), world.pods[1] as Pod];
    answers.set('10.0.0.1', stopped);
    await look();
    await clock.advance(10);
    await look();
    answers.set('10.0.0.1', healthy);
    expect(await look()).toBe(100);
    expect(stores.revoked).toEqual([]);
  });
});

it('a pair at rest asks none of its processes', async () => {
  const { clock, look, polls } = start();
  await look();
  await clock.advance(600_000);
  await look();
  expect(polls()).toBe(0);
});
