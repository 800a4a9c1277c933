import { describe, expect, it } from '@jest/globals';
import { ApiError } from '../../../src/kube/errors.ts';
import { applyChildren, changeRoleLabels, endPod, revokeLease, writeStatus } from '../../../src/pair/act.ts';
import type { StoppingProcess } from '../../../src/pair/decide/dead-sessions.ts';
import type { EndPod } from '../../../src/pair/decide/disruption.ts';
import { keyValue } from '../etcd/fake-etcd.ts';
import { fakeClient } from '../kube/fake-client.ts';
import { aStatefulSet } from './support/facts.ts';
import { FakeStores, sessionKey } from './support/fake-stores.ts';
import { aPair } from './support/pair.ts';
import { aPod } from './support/pods.ts';
import { aSession } from './support/sessions.ts';

const signal = new AbortController().signal;
const refusal = (code: number, reason = 'any') => new ApiError(`refused with ${code}`, { code, reason });
const keys = [
  sessionKey('rootcoord', 7, 'rootcoord-0', '10.0.0.1:53100'),
  sessionKey('rootcoord-7', 7, 'rootcoord-0', '10.0.0.1:53100'),
  sessionKey('rootcoord-8', 8, 'rootcoord-1', '10.0.0.2:53100'),
];
/** Somebody wrote nonsense into the bare key. */
const brokenHolder = keyValue('rootcoord', { value: Buffer.from('nonsense'), lease: 7n });

/** A client that notes its calls and answers with `answer`. */
function client(method: 'mergePatch' | 'delete' | 'apply', answer: (...args: readonly unknown[]) => unknown) {
  const calls: unknown[][] = [];
  const call = (...args: unknown[]) => {
    calls.push(args);
    return Promise.resolve().then(() => answer(...args));
  };
  return { calls, client: fakeClient({ [method]: call }) };
}
const throws = (error: Error) => () => {
  throw error;
};

describe('changing role labels', () => {
  const changes = [
    { podName: 'rootcoord-0', podUID: 'u0' },
    { podName: 'rootcoord-1', podUID: 'u1', role: 'active' as const },
  ];

  it('patches each pod in order, bound to its uid', async () => {
    const { calls, client: api } = client('mergePatch', () => ({}));
    await changeRoleLabels(api, 'milvus', changes, signal);
    expect(calls.map(([, name, namespace, patch]) => [name, namespace, patch])).toEqual([
      ['rootcoord-0', 'milvus', { metadata: { uid: 'u0', labels: { 'ha.milvus.io/role': null } } }],
      ['rootcoord-1', 'milvus', { metadata: { uid: 'u1', labels: { 'ha.milvus.io/role': 'active' } } }],
    ]);
  });

  it.each([
    [404, 'NotFound'],
    [409, 'Conflict'],
  ])('goes on when a pod is gone or replaced (%i)', async (code, reason) => {
    const { calls, client: api } = client('mergePatch', throws(refusal(code, reason)));
    expect(await changeRoleLabels(api, 'milvus', changes, signal)).toEqual({ made: changes });
    expect(calls).toHaveLength(2);
  });

  it.each([403, 500])(
    'stops when the old label cannot be taken off (%i): two pods must never both say active',
    async (code) => {
      const { calls, client: api } = client('mergePatch', throws(refusal(code)));
      const { made, failure } = await changeRoleLabels(api, 'milvus', changes, signal);
      expect([made, failure?.message]).toEqual([[], `refused with ${code}`]);
      expect(calls).toHaveLength(1);
    },
  );
});

describe('applying children', () => {
  const children = [{ desired: aStatefulSet('a') }];

  it('tells what was changed', async () => {
    const { client: api } = client('apply', () => ({ metadata: { resourceVersion: '2' } }));
    expect(await applyChildren(api, children, signal)).toEqual({
      rejections: [],
      changed: [{ object: 'StatefulSet/rootcoord', drift: [] }],
    });
  });

  it.each([
    ['what it cannot decode', 400, false],
    ['what breaks a rule', 422, false],
    ['a quota, a policy or a missing permission', 403, false],
    ['a webhook that does not answer, or an unknown field', 500, true],
  ])('reports in its own words what the API server refuses: %s (%i)', async (_, code, again) => {
    const { client: api } = client('apply', throws(refusal(code)));
    const { rejections, failure } = await applyChildren(api, children, signal);
    expect(failure !== undefined).toBe(again);
    expect(rejections).toEqual([
      {
        reason: 'RejectedByServer',
        message: `the API server refuses StatefulSet/rootcoord as the spec asks for it: refused with ${code}`,
      },
    ]);
  });

  it.each([409, 429, 503])('is to be tried again where that may help (%i), and blames no spec', async (code) => {
    const { client: api } = client('apply', throws(refusal(code)));
    const { rejections, failure } = await applyChildren(api, children, signal);
    expect([rejections, failure?.message]).toEqual([[], `refused with ${code}`]);
  });

  it('goes on to the next child after one that is refused, and not when nobody answers', async () => {
    const both = [{ desired: aStatefulSet('a') }, { desired: aStatefulSet('b') }];
    const refused = client('apply', throws(refusal(403)));
    await applyChildren(refused.client, both, signal);
    const unanswered = client('apply', throws(refusal(0)));
    await applyChildren(unanswered.client, both, signal);
    expect([refused.calls.length, unanswered.calls.length]).toEqual([2, 1]);
  });
});

describe('ending a pod', () => {
  const act = { podName: 'rootcoord-0', podUID: 'u0', holderServerID: 7n, why: 'test' };
  const successor = aSession(8n, 'rootcoord-1', { lease: 8n });
  async function end(
    changes: Partial<EndPod>,
    { isLeader = true, answer = (): unknown => true, kvs = keys, successorTTL = 20 } = {},
  ) {
    const stores = new FakeStores();
    stores.kvs = kvs;
    stores.leases.set(8n, { ttlSeconds: successorTTL });
    const { calls, client: api } = client('delete', answer);
    using store = stores.acquire({ endpoints: [] }, 'by-dev/meta/session/');
    const outcome = endPod(
      { ...act, ...changes },
      aPair(),
      'rootcoord',
      { client: api, store, isLeader: () => isLeader },
      signal,
    );
    return { outcome: await outcome, calls };
  }

  it('names the uid of the pod', async () => {
    const { outcome, calls } = await end({});
    expect(outcome).toBe('Ended');
    expect(calls.map(([, name, namespace, options]) => [name, namespace, options])).toEqual([
      ['rootcoord-0', 'milvus', { uid: 'u0', signal }],
    ]);
  });

  it('is done to a process that does not take the role while that is the one that is registered', async () => {
    expect((await end({ idle: successor })).outcome).toBe('Ended');
  });

  it('is done to the ACTIVE while its successor is registered on a living lease', async () => {
    expect((await end({ successor })).outcome).toBe('Ended');
  });

  it.each<[string, Parameters<typeof end>, string, number]>([
    ['the successor of the ACTIVE is gone', [{ successor }, { kvs: keys.slice(0, 2) }], 'WorldChanged', 0],
    ['the process that did not take the role started again', [{ idle: aSession(9n) }], 'WorldChanged', 0],
    ['another process took the place of the successor', [{ successor: aSession(9n) }], 'WorldChanged', 0],
    ['the successor is about to be gone', [{ successor }, { successorTTL: 0 }], 'WorldChanged', 0],
    ['who holds the role cannot be read', [{}, { kvs: [brokenHolder, ...keys.slice(1)] }], 'WorldChanged', 0],
    ['another process holds the role by now', [{ holderServerID: 6n }], 'WorldChanged', 0],
    ['somebody holds the role that nobody should hold', [{ holderServerID: undefined }], 'WorldChanged', 0],
    ['this process may no longer lead', [{}, { isLeader: false }], 'NotLeader', 0],
    ['the pod is gone', [{}, { answer: () => false }], 'WorldChanged', 1],
    ['the pod was replaced', [{}, { answer: throws(refusal(409, 'Conflict')) }], 'WorldChanged', 1],
  ])('does nothing when %s', async (_, world, expected, calls) => {
    const ended = await end(...world);
    expect([ended.outcome, ended.calls.length]).toEqual([expected, calls]);
  });
});

describe('ending a zombie, which a late kubelet may only make it look', () => {
  const running = { containerID: 'c1', name: 'milvus', ready: true, restartCount: 0, state: { running: {} } };
  const found = (changes: object = {}, metadata: object = {}) => ({
    metadata: { name: 'rootcoord-1', uid: 'u1', ...metadata },
    status: { containerStatuses: [{ ...running, ...changes }] },
  });

  const registered = { ...found(), status: { ...found().status, podIP: '10.0.0.2' } };

  it.each<[string, object | undefined, string, boolean?]>([
    ['is done when the same container still runs', found(), 'Ended'],
    ['is not done when its kubelet has started it again', found({ containerID: 'c2' }), 'WorldChanged'],
    ['is not done when its container is not ready any more', found({ ready: false }), 'WorldChanged'],
    ['is done when it hangs in its stop, which makes it unready', found({ ready: false }), 'Ended', false],
    ['is not done when its container has ended', found({ state: { terminated: {} } }), 'WorldChanged'],
    ['is not done when its process has registered meanwhile', registered, 'WorldChanged'],
    ['is not done when the pod is another one', found({}, { uid: 'u2' }), 'WorldChanged'],
    ['is not done when the pod is being deleted', found({}, { deletionTimestamp: 'now' }), 'WorldChanged'],
    ['is not done when the pod is gone', undefined, 'WorldChanged'],
  ])('%s', async (_, pod, expected, ready = true) => {
    const stores = new FakeStores();
    stores.kvs = keys;
    const api = fakeClient({ get: (() => Promise.resolve(pod)) as never, delete: () => Promise.resolve(true) });
    using store = stores.acquire({ endpoints: [] }, 'by-dev/meta/session/');
    const unregistered = { containerID: 'c1', ready };
    const act = { podName: 'rootcoord-1', podUID: 'u1', holderServerID: 7n, unregistered, why: 'test' };
    const outcome = await endPod(act, aPair(), 'rootcoord', { client: api, store, isLeader: () => true }, signal);
    expect(outcome).toBe(expected);
  });
});

describe('ending the session of a dead process', () => {
  const session = aSession(7n, 'rootcoord-0', { lease: 7n, createRevision: 7n });
  const successor = {
    state: 'Standby' as const,
    holder: false,
    pod: aPod('rootcoord-1'),
    session: aSession(8n, 'rootcoord-1', { lease: 8n }),
  };

  async function revoke(
    act: Parameters<typeof revokeLease>[0],
    kvs = keys,
    { successorTTL = 20, isLeader = true, isStopping = true } = {},
  ) {
    const stores = new FakeStores();
    stores.kvs = kvs;
    stores.leases.set(8n, { ttlSeconds: successorTTL });
    using store = stores.acquire({ endpoints: [] }, 'by-dev/meta/session/');
    const context = { store, isLeader: () => isLeader, stillStopping: () => Promise.resolve(isStopping) };
    const outcome = await revokeLease(act, 'rootcoord', context, signal);
    return { outcome, revoked: stores.revoked };
  }

  it('ends that very lease', async () => {
    expect(await revoke({ session, evidence: 'dead', successor })).toEqual({ outcome: 'Revoked', revoked: [7n] });
  });

  it('ends an orphan without a successor', async () => {
    const orphan = aSession(8n, 'rootcoord-1', { lease: 8n, createRevision: 8n });
    expect(await revoke({ session: orphan, evidence: 'dead' })).toEqual({ outcome: 'Revoked', revoked: [8n] });
  });

  it.each<[string, Parameters<typeof revoke>]>([
    ['the registration was made anew', [{ session: { ...session, createRevision: 6n }, evidence: 'dead', successor }]],
    ['the registration is on another lease', [{ session: { ...session, lease: 70n }, evidence: 'dead', successor }]],
    ['the registration is gone', [{ session, evidence: 'dead', successor }, []]],
    ['the successor is gone', [{ session, evidence: 'dead', successor }, keys.slice(0, 2)]],
    ['the successor is about to be gone', [{ session, evidence: 'dead', successor }, keys, { successorTTL: 0 }]],
    ['the holder has no successor', [{ session, evidence: 'dead' }]],
    ['who holds the role cannot be read', [{ session, evidence: 'dead' }, [brokenHolder, ...keys.slice(1)]]],
  ])('does nothing when %s', async (_, world) => {
    expect(await revoke(...world)).toEqual({ outcome: 'WorldChanged', revoked: [] });
  });

  const stopping: StoppingProcess = {
    role: 'rootcoord',
    hasOtherRoles: false,
    podName: 'rootcoord-0',
    podUID: 'u0',
    containerID: 'c',
    host: '10.0.0.1',
    port: 53_100,
  };

  it('is done to a process that runs once it was found again to serve nobody', async () => {
    const result = await revoke({ session, evidence: 'it stops', successor, stopping });
    expect(result).toEqual({ outcome: 'Revoked', revoked: [7n] });
  });

  it('is not done to a process that runs and serves after all', async () => {
    const result = await revoke({ session, evidence: 'it stops', successor, stopping }, keys, { isStopping: false });
    expect(result).toEqual({ outcome: 'WorldChanged', revoked: [] });
  });

  it('ends the other leases of that process as well, its own last', async () => {
    const index = sessionKey('indexcoord', 7, 'rootcoord-0', '10.0.0.1:53100', 70n);
    const result = await revoke({ session, evidence: 'dead', successor }, [...keys, index]);
    expect(result).toEqual({ outcome: 'Revoked', revoked: [70n, 7n] });
  });

  it('leaves a process that serves on in other roles the leases of these', async () => {
    const query = sessionKey('querycoord', 7, 'rootcoord-0', '10.0.0.1:19531', 70n);
    const act = { session, evidence: 'it stops', successor, stopping: { ...stopping, hasOtherRoles: true } };
    expect(await revoke(act, [...keys, query])).toEqual({ outcome: 'Revoked', revoked: [7n] });
  });

  it('does nothing when this process may no longer lead', async () => {
    const result = await revoke({ session, evidence: 'dead', successor }, keys, { isLeader: false });
    expect(result).toEqual({ outcome: 'NotLeader', revoked: [] });
  });
});

it('a status is written for the version of the pair that it was computed from', async () => {
  const { calls, client: api } = client('apply', () => ({}));
  await writeStatus(api, aPair(), { observedGeneration: 1 }, signal);
  expect(calls[0]?.slice(1)).toEqual([
    {
      apiVersion: 'ha.milvus.io/v1alpha1',
      kind: 'CoordinatorPair',
      metadata: {
        name: 'rootcoord',
        namespace: 'milvus',
        uid: '5f0c1b6e-0000-4000-8000-000000000001',
        resourceVersion: '100',
      },
      status: { observedGeneration: 1 },
    },
    { force: true, subresource: 'status', signal },
  ]);
});
