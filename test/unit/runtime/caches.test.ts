import { afterEach, describe, expect, it } from '@jest/globals';
import { silent } from '../../../src/base/log.ts';
import type { KubeClient, Selection, WatchEvent } from '../../../src/kube/client.ts';
import type { Pod } from '../../../src/kube/core-types.ts';
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
