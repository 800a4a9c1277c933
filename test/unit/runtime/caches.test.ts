import { afterEach, describe, expect, it } from '@jest/globals';
import { silent } from '../../../src/base/log.ts';
import type { KubeClient, Selection, WatchEvent } from '../../../src/kube/client.ts';
import type { Pod } from '../../../src/kube/core-types.ts';
import { podDisruptionBudgetKind, podKind } from '../../../src/kube/kinds.ts';
import type { KubeObject, ResourceKind, Stored } from '../../../src/kube/objects.ts';
import { Caches } from '../../../src/runtime/caches.ts';
import { until } from '../../support/until.ts';
import { fakeClient } from '../kube/fake-client.ts';

const open: Caches[] = [];
afterEach(async () => {
  for (const caches of open.splice(0)) await caches[Symbol.asyncDispose]();
});

const pod = (name: string, labels: Record<string, string>): Stored<Pod> => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'milvus', uid: `uid-of-${name}`, resourceVersion: name, labels },
  spec: { nodeName: `node-of-${name}` },
});
const pair = (name: string): Stored<KubeObject> => ({
  apiVersion: 'ha.milvus.io/v1alpha1',
  kind: 'CoordinatorPair',
  metadata: { name, namespace: 'milvus', uid: name, resourceVersion: '1' },
});
const node = (name: string, version: string): Stored<KubeObject> => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name, uid: name, resourceVersion: version },
});

/** Watches that tests write to, by what they watch; each list gives what `listed` has under the same key. */
function start(listed: Readonly<Record<string, readonly Stored<KubeObject>[]>>) {
  const told: string[] = [];
  const watches = new Map<string, (event: WatchEvent<KubeObject>) => void>();
  const keyOf = ({ plural }: ResourceKind, { namespace = '*', labelSelector = '' }: Selection) =>
    `${plural} ${namespace} ${labelSelector}`.trim();
  const client = fakeClient({
    list: ((kind: ResourceKind, selection: Selection) =>
      Promise.resolve({
        metadata: { resourceVersion: '1' },
        items: listed[keyOf(kind, selection)] ?? [],
      })) as unknown as KubeClient['list'],
    watch: ((kind: ResourceKind, selection: Selection & { onOpen?: () => void }) =>
      written(keyOf(kind, selection), selection)) as unknown as KubeClient['watch'],
  });
  async function* written(key: string, { signal, onOpen }: Selection & { onOpen?: () => void }) {
    const queue: WatchEvent<KubeObject>[] = [];
    let wake = Promise.withResolvers<undefined>();
    watches.set(key, (event) => {
      queue.push(event);
      wake.resolve(undefined);
    });
    signal?.addEventListener('abort', () => wake.resolve(undefined));
    onOpen?.();
    const isOver = () => signal?.aborted === true;
    while (!isOver()) {
      yield* queue.splice(0);
      if (!isOver()) await wake.promise;
      wake = Promise.withResolvers<undefined>();
    }
    watches.delete(key);
  }
  const caches = new Caches({
    client,
    log: silent,
    watchNamespaces: [],
    watchNodes: true,
    onChange: (namespace, name) => void told.push(`${namespace}/${name}`),
  });
  open.push(caches);
  caches.start(new AbortController().signal);
  const watch = (key: string) => until(`a watch on ${key}`, () => watches.get(key), { timeoutMs: 5_000 });
  const names = () => caches.pods('milvus', 'rootcoord').map(({ metadata }) => metadata.name);
  return { caches, told, watches, watch, names };
}

const selector = 'component=rootcoord';
const followed = `pods milvus ${selector}`;

describe('the pods of a pair', () => {
  it('are those with its label, and those that are followed for it', async () => {
    const own = pod('own', { 'ha.milvus.io/pair': 'rootcoord' });
    const { caches, names } = start({
      'pods * ha.milvus.io/pair': [own],
      [followed]: [pod('b', { component: 'rootcoord' }), pod('a', { component: 'rootcoord' })],
    });
    await caches.synced();
    expect(names()).toEqual(['own']);
    using following = caches.follow('milvus', 'rootcoord', selector);
    await following.listed;
    expect(names()).toEqual(['a', 'b', 'own']);
  });

  it('wake it as they change, and as their nodes do', async () => {
    const { caches, told, watch, names } = start({
      'nodes *': [node('node-of-a', '1')],
      [followed]: [pod('a', { component: 'rootcoord' })],
    });
    await caches.synced();
    using following = caches.follow('milvus', 'rootcoord', selector);
    await following.listed;
    expect(told).toEqual(['milvus/rootcoord']);
    (await watch(followed))({ type: 'ADDED', object: pod('b', { component: 'rootcoord' }) });
    await until('the second pod', () => names().length === 2, { timeoutMs: 5_000 });
    (await watch('nodes *'))({ type: 'MODIFIED', object: node('node-of-b', '2') });
    await until('three calls', () => told.length === 3, { timeoutMs: 5_000 });
    expect(new Set(told)).toEqual(new Set(['milvus/rootcoord']));
  });

  it('tell how their containers ended when they are gone already, the last four of a pair', async () => {
    const of = (name: string, state: object): Stored<Pod> => ({
      ...pod(name, { 'ha.milvus.io/pair': 'rootcoord' }),
      status: { containerStatuses: [{ name: 'milvus', ready: false, restartCount: 0, containerID: name, state }] },
    });
    const ended = { terminated: { exitCode: 0, reason: 'Completed' } };
    const listed = ['a', 'b', 'c', 'd', 'e'].map((name) => of(name, { running: {} }));
    const { caches, watch, names } = start({
      'pods * ha.milvus.io/pair': listed,
      'coordinatorpairs *': [pair('rootcoord')],
    });
    await caches.synced();
    const tell = await watch('pods * ha.milvus.io/pair');
    for (const name of ['a', 'b', 'c', 'd']) tell({ type: 'DELETED', object: of(name, ended) });
    tell({ type: 'ADDED', object: of('f', ended) });
    tell({ type: 'DELETED', object: of('f', ended) });
    tell({ type: 'DELETED', object: of('e', { running: {} }) });
    await until('all pods to be gone', () => names().length === 0, { timeoutMs: 5_000 });
    const departed = caches.departed('milvus', 'rootcoord').map(({ metadata }) => metadata.name);
    expect(departed).toEqual(['b', 'c', 'd', 'f']);
    expect(caches.departed('milvus', 'querycoord')).toEqual([]);
  });

  it('are not remembered after the end of their pair, nor for a label that names none', async () => {
    const ended = { state: { terminated: { exitCode: 0 } }, name: 'milvus', ready: false, restartCount: 0 };
    const of = (name: string, pairName: string): Stored<Pod> => ({
      ...pod(name, { 'ha.milvus.io/pair': pairName }),
      status: { containerStatuses: [ended] },
    });
    const listed = [of('a', 'rootcoord'), of('b', 'rootcoord'), of('c', 'nobody')];
    const { caches, watch, names } = start({
      'pods * ha.milvus.io/pair': listed,
      'coordinatorpairs *': [pair('rootcoord')],
    });
    await caches.synced();
    const tell = await watch('pods * ha.milvus.io/pair');
    tell({ type: 'DELETED', object: of('a', 'rootcoord') });
    await until('the first to be remembered', () => caches.departed('milvus', 'rootcoord').length === 1);
    (await watch('coordinatorpairs *'))({ type: 'DELETED', object: pair('rootcoord') });
    await until('the pair to be gone', () => caches.pair('milvus', 'rootcoord') === undefined);
    for (const one of [of('b', 'rootcoord'), of('c', 'nobody')]) tell({ type: 'DELETED', object: one });
    await until('all pods to be gone', () => names().length === 0 && caches.pods('milvus', 'nobody').length === 0);
    expect(caches.departed('milvus', 'rootcoord')).toEqual([]);
    expect(caches.departed('milvus', 'nobody')).toEqual([]);
  });

  it('are forgotten with the end of their watch, but for those that carry its label too', async () => {
    const both = pod('both', { 'ha.milvus.io/pair': 'rootcoord', component: 'rootcoord' });
    const { caches, names, watches, watch } = start({
      'pods * ha.milvus.io/pair': [both],
      [followed]: [both, pod('a', { component: 'rootcoord' })],
    });
    await caches.synced();
    const following = caches.follow('milvus', 'rootcoord', selector);
    await following.listed;
    await watch(followed);
    following[Symbol.dispose]();
    expect(names()).toEqual(['both']);
    await until('the watch to end', () => !watches.has(followed), { timeoutMs: 5_000 });
  });
});

describe('what the operator has written', () => {
  it('is seen by the next look, and its pair is woken once, though the watch tells of it later', async () => {
    const version = (resourceVersion: string, role: string): Stored<Pod> => {
      const own = pod('own', { 'ha.milvus.io/pair': 'rootcoord', 'ha.milvus.io/role': role });
      return { ...own, metadata: { ...own.metadata, resourceVersion } };
    };
    const key = 'pods * ha.milvus.io/pair';
    const { caches, told, watch } = start({ [key]: [version('1', 'standby')] });
    await caches.synced();
    const before = told.length;
    const roles = () =>
      caches.pods('milvus', 'rootcoord').map(({ metadata }) => metadata.labels?.['ha.milvus.io/role']);
    caches.written(podKind, version('3', 'active'));
    expect([roles(), told.length - before]).toEqual([['active'], 1]);
    const tell = await watch(key);
    for (const [resourceVersion, role] of [
      ['2', 'standby'],
      ['3', 'active'],
      ['4', 'active'],
    ] as const)
      tell({ type: 'MODIFIED', object: version(resourceVersion, role) });
    await until('the watch to have told', () => told.length - before === 2);
    expect(roles()).toEqual(['active']);
  });
});

describe('the budgets of a namespace', () => {
  const ofOurs = { 'app.kubernetes.io/managed-by': 'coordinator-pair-operator', 'ha.milvus.io/pair': 'rootcoord' };
  const budget = (name: string, version: string, app: string, labels?: Record<string, string>) =>
    ({
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: { name, namespace: 'milvus', uid: name, resourceVersion: version, ...(labels ? { labels } : {}) },
      spec: { maxUnavailable: 1, selector: { matchLabels: { app } } },
      status: { disruptionsAllowed: Number(version) },
    }) as unknown as Stored<KubeObject>;
  const pair = (name: string, namespace: string) => ({
    apiVersion: 'ha.milvus.io/v1alpha1',
    kind: 'CoordinatorPair',
    metadata: { name, namespace, uid: name, resourceVersion: '1' },
  });

  async function budgets() {
    const world = start({
      'coordinatorpairs *': [pair('rootcoord', 'milvus'), pair('elsewhere', 'other')],
      'poddisruptionbudgets *': [budget('own', '1', 'own', ofOurs), budget('theirs', '1', 'milvus')],
    });
    await world.caches.synced();
    const push = await world.watch('poddisruptionbudgets *');
    const shown = () => [...world.caches.budgets('milvus')].map(({ metadata }) => metadata.name);
    world.told.splice(0);
    return { ...world, push, shown };
  }

  it('are those of anybody; only our own is a child, and whole', async () => {
    const { caches, shown } = await budgets();
    expect(shown()).toEqual(['own', 'theirs']);
    expect([...caches.budgets('other')]).toEqual([]);
    const child = (name: string) => caches.child(podDisruptionBudgetKind, 'milvus', name);
    expect(child('own')).toEqual(budget('own', '1', 'own', ofOurs));
    expect(child('theirs')).toBeUndefined();
  });

  it('wake the pairs of the namespace when one of somebody else comes, goes or selects other pods', async () => {
    const { told, push, shown } = await budgets();
    push({ type: 'ADDED', object: budget('late', '2', 'milvus') });
    await until('the new budget', () => shown().includes('late'), { timeoutMs: 5_000 });
    push({ type: 'MODIFIED', object: budget('late', '3', 'proxy') });
    push({ type: 'DELETED', object: budget('theirs', '4', 'milvus') });
    await until('its end', () => !shown().includes('theirs'), { timeoutMs: 5_000 });
    expect(told).toEqual(['milvus/rootcoord', 'milvus/rootcoord', 'milvus/rootcoord']);
  });

  it('wake nobody when only what they allow changes, and of our own only its pair', async () => {
    const { told, push, shown } = await budgets();
    push({ type: 'MODIFIED', object: budget('theirs', '2', 'milvus') });
    push({ type: 'MODIFIED', object: budget('own', '3', 'own', ofOurs) });
    push({ type: 'DELETED', object: budget('theirs', '4', 'milvus') });
    await until('the end of the other', () => !shown().includes('theirs'), { timeoutMs: 5_000 });
    expect(told).toEqual(['milvus/rootcoord', 'milvus/rootcoord']);
  });

  it('wake the pair of one that is no longer marked as ours', async () => {
    const { told, push, caches } = await budgets();
    push({ type: 'MODIFIED', object: budget('own', '2', 'own') });
    const child = () => caches.child(podDisruptionBudgetKind, 'milvus', 'own');
    await until('the child to be gone', () => child() === undefined, { timeoutMs: 5_000 });
    expect(told).toEqual(['milvus/rootcoord']);
  });
});
