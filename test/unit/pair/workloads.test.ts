import { describe, expect, it } from '@jest/globals';
import type { KubeClient } from '../../../src/kube/client.ts';
import { ApiError } from '../../../src/kube/errors.ts';
import type { KubeObject, OwnerReference } from '../../../src/kube/objects.ts';
import { READ_MAX_AGE_MS } from '../../../src/pair/named-reads.ts';
import { Workloads } from '../../../src/pair/workloads.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';
import { fakeClient } from '../kube/fake-client.ts';
import { aWorkload } from './support/attached.ts';

const ref = { kind: 'Deployment', name: 'rootcoord' } as const;
const object = (kind: string, name: string, owner?: Partial<OwnerReference>): KubeObject => ({
  apiVersion: 'apps/v1',
  kind,
  metadata: {
    name,
    namespace: 'milvus',
    uid: `uid-of-${name}`,
    resourceVersion: '1',
    ...(owner
      ? { ownerReferences: [{ apiVersion: 'v1', kind: 'any', name: 'any', uid: '', controller: true, ...owner }] }
      : {}),
  },
});

/** An API server that holds these objects; counts the calls. */
function start(objects: readonly KubeObject[]) {
  const clock = new VirtualClock();
  const calls: string[] = [];
  const world = { objects, failure: undefined as Error | undefined };
  const get = ((kind: { kind: string }, name: string, namespace: string) => {
    calls.push(`${kind.kind} ${namespace}/${name}`);
    if (world.failure) return Promise.reject(world.failure);
    return Promise.resolve(world.objects.find((found) => found.kind === kind.kind && found.metadata.name === name));
  }) as unknown as KubeClient['get'];
  return { clock, calls, world, workloads: new Workloads(fakeClient({ get }), clock) };
}

describe('a workload', () => {
  it('is read once in five minutes, however often it is asked for', async () => {
    const { clock, calls, workloads } = start([object('Deployment', 'rootcoord')]);
    await Promise.all([workloads.get('milvus', ref), workloads.get('milvus', ref)]);
    await clock.advance(READ_MAX_AGE_MS - 1);
    expect(await workloads.get('milvus', ref)).toMatchObject({ kind: 'Deployment', uid: 'uid-of-rootcoord' });
    expect(calls).toEqual(['Deployment milvus/rootcoord']);
    await clock.advance(1);
    await workloads.get('milvus', ref);
    expect(calls).toHaveLength(2);
  });

  it('is read again when its pods have changed', async () => {
    const { calls, workloads } = start([object('Deployment', 'rootcoord')]);
    await workloads.get('milvus', ref);
    workloads.forget('milvus', ref);
    await workloads.get('milvus', ref);
    expect(calls).toHaveLength(2);
  });

  it('is another one than a StatefulSet of the same name', async () => {
    const { workloads } = start([object('Deployment', 'rootcoord')]);
    expect(await workloads.get('milvus', { kind: 'StatefulSet', name: 'rootcoord' })).toBeUndefined();
  });

  it('is looked for again at each look while it is not there', async () => {
    const { world, workloads } = start([]);
    expect(await workloads.get('milvus', ref)).toBeUndefined();
    world.objects = [object('Deployment', 'rootcoord')];
    expect(await workloads.get('milvus', ref)).toBeDefined();
  });

  it('counts as absent when it may not be read; any other failure is told, and tried again', async () => {
    const { world, calls, workloads } = start([]);
    world.failure = new ApiError('get deployments milvus/rootcoord', { code: 403, reason: 'Forbidden' });
    expect(await workloads.get('milvus', ref)).toBeUndefined();
    world.failure = new ApiError('get deployments milvus/rootcoord', { code: 500, reason: 'InternalError' });
    await expect(workloads.get('milvus', ref)).rejects.toThrow('get deployments');
    await expect(workloads.get('milvus', ref)).rejects.toThrow('get deployments');
    expect(calls).toHaveLength(3);
  });
});

describe('whether a workload has made a pod', () => {
  const set = { kind: 'ReplicaSet', name: 'rootcoord-5d8f', uid: 'uid-of-rootcoord-5d8f' };
  const ofDeployment = aWorkload({ uid: 'uid-of-rootcoord' });
  const ofStatefulSet = aWorkload({ kind: 'StatefulSet', uid: 'uid-of-rootcoord' });
  const owned = object('ReplicaSet', 'rootcoord-5d8f', { uid: 'uid-of-rootcoord' });
  const orphan = object('ReplicaSet', 'rootcoord-5d8f');
  const stranger = object('ReplicaSet', 'rootcoord-5d8f', { uid: 'uid-of-another' });

  it.each([
    ['of its ReplicaSet', ofDeployment, set, [owned], true],
    ['of a ReplicaSet that nobody controls', ofDeployment, set, [orphan], false],
    ['of a ReplicaSet of another Deployment', ofDeployment, set, [stranger], false],
    ['of a ReplicaSet that is gone', ofDeployment, set, [], false],
    ['of a ReplicaSet that was made anew under its name', ofDeployment, { ...set, uid: 'older' }, [owned], false],
    ['that nobody controls', ofDeployment, undefined, [owned], false],
    ['that merely has the ReplicaSet as an owner', ofDeployment, { ...set, controller: false }, [owned], false],
    ['of a Job', ofDeployment, { kind: 'Job', name: 'j', uid: 'uid-of-rootcoord' }, [], false],
    ['of the StatefulSet itself', ofStatefulSet, { kind: 'StatefulSet', uid: 'uid-of-rootcoord' }, [], true],
    ['of another StatefulSet', ofStatefulSet, { kind: 'StatefulSet', uid: 'uid-of-another' }, [], false],
  ])('a pod %s', async (_, workload, controller, objects, expected) => {
    const { workloads } = start(objects);
    expect(await workloads.owns(workload, object('Pod', 'p', controller))).toBe(expected);
  });

  it('is asked once for each ReplicaSet, and again after five minutes', async () => {
    const { clock, calls, workloads } = start([owned]);
    for (const name of ['a', 'b']) expect(await workloads.owns(ofDeployment, object('Pod', name, set))).toBe(true);
    expect(calls).toEqual(['ReplicaSet milvus/rootcoord-5d8f']);
    await clock.advance(READ_MAX_AGE_MS);
    await workloads.owns(ofDeployment, object('Pod', 'a', set));
    expect(calls).toHaveLength(2);
  });
});
