import { describe, expect, it } from '@jest/globals';
import { endPod } from '../../../src/pair/act.ts';
import type { ForcedEnd } from '../../../src/pair/decide/disruption.ts';
import { fakeClient } from '../kube/fake-client.ts';
import { FakeStores, sessionKey } from './support/fake-stores.ts';
import { aPair } from './support/pair.ts';

const signal = new AbortController().signal;
const ofFirst = [
  sessionKey('rootcoord', 7, 'rootcoord-0', '10.0.0.1:53100'),
  sessionKey('rootcoord-7', 7, 'rootcoord-0', '10.0.0.1:53100'),
];
const ofSecond = [
  sessionKey('rootcoord', 8, 'rootcoord-1', '10.0.0.2:53100'),
  sessionKey('rootcoord-8', 8, 'rootcoord-1', '10.0.0.2:53100'),
];
const ending = { uid: 'u0', deletionTimestamp: '2026-01-01T12:00:00Z' };

interface World {
  readonly kvs?: typeof ofFirst;
  /** Metadata of the pod as it is right before; undefined: it is gone. */
  readonly pod?: object | undefined;
  /** Status of the node's condition Ready; undefined: it is gone. */
  readonly ready?: 'True' | 'Unknown' | undefined;
}

async function end(force: ForcedEnd, holderServerID: bigint, world: World) {
  const { kvs = ofFirst, pod, ready } = world;
  const stores = new FakeStores();
  stores.kvs = kvs;
  const deletes: unknown[] = [];
  const objects: Record<string, object | undefined> = {
    Pod: pod && { metadata: { name: 'rootcoord-0', ...pod }, status: { podIP: '10.0.0.1' } },
    Node: ready && { metadata: { name: 'node-a' }, status: { conditions: [{ type: 'Ready', status: ready }] } },
  };
  const client = fakeClient({
    get: ({ kind }) => Promise.resolve(objects[kind] as never),
    delete: (_kind, _name, _namespace, options) => {
      deletes.push(options);
      return Promise.resolve(true);
    },
  });
  using store = stores.acquire({ endpoints: [] }, 'by-dev/meta/session/');
  const act = { podName: 'rootcoord-0', podUID: 'u0', holderServerID, why: 'test', force };
  const outcome = await endPod(act, aPair(), 'rootcoord', { client, store, isLeader: () => true }, signal);
  return [outcome, deletes];
}

describe('ending a stuck ACTIVE', () => {
  const stuck: ForcedEnd = { graceSeconds: 1, nodeName: 'node-a', nodeReady: true };

  it('leaves it one second, so that its kubelet reports the end', async () => {
    const done = await end(stuck, 7n, { pod: ending, ready: 'True' });
    expect(done).toEqual(['Ended', [{ uid: 'u0', gracePeriodSeconds: 1, signal }]]);
  });

  it.each<[string, World]>([
    ['its pod was replaced', { pod: { ...ending, uid: 'u1' }, ready: 'True' }],
    ['its pod is gone', { ready: 'True' }],
    ['its pod is not in deletion', { pod: { uid: 'u0' }, ready: 'True' }],
    ['its node is not ready any more', { pod: ending, ready: 'Unknown' }],
    ['its node is gone', { pod: ending }],
    ['another one holds the role', { kvs: ofSecond, pod: ending, ready: 'True' }],
  ])('does nothing when %s', async (_, world) => {
    expect(await end(stuck, 7n, world)).toEqual(['WorldChanged', []]);
  });
});

describe('deleting a pod on a lost node', () => {
  const lost: ForcedEnd = { graceSeconds: 0, nodeName: 'node-a', nodeReady: false };

  it.each<[string, World['ready']]>([
    ['is not ready', 'Unknown'],
    ['is gone', undefined],
  ])('does not wait for a node that %s', async (_, ready) => {
    const done = await end(lost, 8n, { kvs: ofSecond, pod: ending, ready });
    expect(done).toEqual(['Ended', [{ uid: 'u0', gracePeriodSeconds: 0, signal }]]);
  });

  it.each<[string, World]>([
    ['the node is back', { kvs: ofSecond, pod: ending, ready: 'True' }],
    [
      'a session of the pod has come back',
      {
        kvs: [...ofSecond, sessionKey('rootcoord-9', 9, 'rootcoord-0', '10.0.0.1:53100')],
        pod: ending,
        ready: 'Unknown',
      },
    ],
  ])('does nothing when %s', async (_, world) => {
    expect(await end(lost, 8n, world)).toEqual(['WorldChanged', []]);
  });
});
