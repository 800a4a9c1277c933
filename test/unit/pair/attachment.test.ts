import { describe, expect, it } from '@jest/globals';
import { observeWorkload, podsOf, releaseWorkload } from '../../../src/pair/attachment.ts';
import { aPair } from './support/pair.ts';
import { deployment, workloadPod, WorkloadWorld } from './support/workload-world.ts';

const { signal } = new AbortController();

/** One look at the workload and its pods. */
async function look(world: WorkloadWorld) {
  const attachment = await observeWorkload(world.pair, world, world.memory, signal);
  return { ...attachment, ...(await podsOf(world.pair, attachment, world, world.memory)) };
}

describe('a workload and its pods', () => {
  it('are found by name and by selector', async () => {
    const world = new WorkloadWorld();
    const { workload, pods, foreignPods, problems } = await look(world);
    expect(workload?.view).toMatchObject({ name: 'my-release-rootcoord', replicas: 2 });
    expect(pods.map(({ name }) => name)).toEqual(['a', 'b']);
    expect([foreignPods, problems]).toEqual([[], []]);
    expect(world.followed).toEqual(['component=rootcoord']);
  });

  it('tell of the end of a container when its pod is gone', async () => {
    const world = new WorkloadWorld();
    world.departed = [workloadPod('c')];
    const { pods, allPods } = await look(world);
    expect(pods.map(({ name }) => name)).toEqual(['a', 'b']);
    expect(allPods.map(({ name, container }) => [name, container.id])).toContainEqual(['c', 'containerd://rc-of-c']);
  });

  it('cost nothing to look at again while nothing changes', async () => {
    const world = new WorkloadWorld();
    await look(world);
    const before = [...world.calls];
    await look(world);
    expect(world.calls).toEqual(before);
    expect(world.followed).toHaveLength(1);
  });

  it('are read again when the pods are others than they were', async () => {
    const world = new WorkloadWorld();
    await look(world);
    world.pods = [workloadPod('a'), workloadPod('c')];
    world.deployment = deployment({ matchLabels: { component: 'rootcoord' } }, { generation: 2 });
    await look(world);
    expect(world.calls.filter((call) => call.startsWith('Deployment'))).toHaveLength(2);
  });

  it('are told apart from pods that only look like them', async () => {
    const world = new WorkloadWorld();
    world.pods = [workloadPod('a'), workloadPod('debug', { owner: 'somebody' })];
    const { pods, foreignPods } = await look(world);
    expect(pods.map(({ name }) => name)).toEqual(['a']);
    expect(foreignPods).toEqual(['debug']);
  });

  it('are without those that have ended for good, which still prove what became of their containers', async () => {
    const world = new WorkloadWorld();
    world.pods = [workloadPod('a'), workloadPod('evicted', { phase: 'Failed' })];
    const { pods, allPods } = await look(world);
    expect(pods.map(({ name }) => name)).toEqual(['a']);
    expect(allPods.map(({ name }) => name)).toEqual(['a', 'evicted']);
  });

  it('are not waited for without end', async () => {
    const world = new WorkloadWorld();
    world.lists = false;
    const looked = look(world);
    const refused = expect(looked).rejects.toThrow(
      'the pods of Deployment milvus/my-release-rootcoord could not be listed',
    );
    await world.clock.advance(5_000);
    await refused;
  });
});

const ref = { kind: 'Deployment', name: 'my-release-rootcoord' } as const;

describe('a workload that cannot be looked after', () => {
  it('is one that does not exist', async () => {
    const world = new WorkloadWorld();
    world.deployment = undefined;
    const { problems, pods } = await look(world);
    expect(problems).toEqual([
      {
        reason: 'WorkloadNotFound',
        message: expect.stringContaining('Deployment my-release-rootcoord does not exist'),
      },
    ]);
    expect(pods).toEqual([]);
    expect(world.followed).toEqual([]);
  });

  it('is one that selects by expressions', async () => {
    const world = new WorkloadWorld();
    world.deployment = deployment({ matchExpressions: [{ key: 'component', operator: 'Exists' }] });
    const { problems } = await look(world);
    expect(problems).toEqual([
      {
        reason: 'WorkloadNotSelectable',
        message: expect.stringContaining('must select its pods by matchLabels alone'),
      },
    ]);
  });

  it.each([
    [
      'no container of which is known to run Milvus',
      undefined,
      'containerName must be set: which container of Deployment my-release-rootcoord (log-shipper, rc)',
    ],
    [
      'that lacks the container the pair names',
      'milvus',
      'Deployment my-release-rootcoord has no container milvus but log-shipper, rc',
    ],
  ])('is one %s: its pods are seen, and none of their containers', async (_, containerName, message) => {
    const world = new WorkloadWorld();
    world.containers = [{ name: 'log-shipper' }, { name: 'rc', image: 'milvusdb/milvus:v2.4.15' }];
    world.pair = aPair({
      spec: { image: undefined, workloadRef: { ...ref, ...(containerName === undefined ? {} : { containerName }) } },
    });
    const { problems, pods } = await look(world);
    expect(problems).toEqual([{ reason: 'ContainerUnknown', message: expect.stringContaining(message) }]);
    expect(pods.map(({ name, container }) => [name, container])).toEqual([
      ['a', {}],
      ['b', {}],
    ]);
  });

  it('is looked after when the pair names the container', async () => {
    const world = new WorkloadWorld();
    world.containers = [{ name: 'log-shipper' }, { name: 'rc', image: 'milvusdb/milvus:v2.4.15' }];
    world.pair = aPair({ spec: { image: undefined, workloadRef: { ...ref, containerName: 'rc' } } });
    const { problems, pods, workload } = await look(world);
    expect([problems, workload?.container?.image]).toEqual([[], 'milvusdb/milvus:v2.4.15']);
    expect(pods.map(({ container }) => container.id)).toEqual(['containerd://rc-of-a', 'containerd://rc-of-b']);
  });

  const other = (name: string, creationTimestamp: string, namespace = 'milvus') =>
    aPair({
      spec: { image: undefined, workloadRef: ref },
      metadata: { name, namespace, uid: `uid-of-${name}`, creationTimestamp },
    });

  it.each([
    ['an older pair looks after', [other('older', '2025-01-01T00:00:00Z')], 'older'],
    ['a younger pair looks after as well', [other('younger', '2027-01-01T00:00:00Z')], undefined],
    ['a pair of another namespace has by name', [other('far', '2025-01-01T00:00:00Z', 'elsewhere')], undefined],
  ])('may be one that %s', async (_, others, takenBy) => {
    const world = new WorkloadWorld();
    world.others = others;
    const { workload, pods } = await look(world);
    expect(workload?.takenBy).toBe(takenBy);
    expect(pods).toHaveLength(takenBy === undefined ? 2 : 0);
  });

  it('is one that a pair has made for itself', async () => {
    const world = new WorkloadWorld();
    const controller = { apiVersion: 'ha.milvus.io/v1alpha1', kind: 'CoordinatorPair', name: 'owner', uid: 'x' };
    world.deployment = deployment(
      { matchLabels: { component: 'rootcoord' } },
      { ownerReferences: [{ ...controller, controller: true }] },
    );
    expect((await look(world)).workload?.takenBy).toBe('owner');
  });
});

describe('a workload that is let go', () => {
  it('loses its role labels, bound to the uid of each pod, and is followed no longer', async () => {
    const world = new WorkloadWorld();
    world.pods = [workloadPod('a', { role: 'active' }), workloadPod('b', { role: 'standby' }), workloadPod('c')];
    await look(world);
    await releaseWorkload(world.pair.metadata, world, world.memory, signal);
    expect(world.patches).toEqual(
      ['a', 'b'].map((name) => ({
        name,
        patch: { metadata: { uid: `uid-of-${name}`, labels: { 'ha.milvus.io/role': null } } },
      })),
    );
    expect(world.unfollowed).toEqual(['component=rootcoord']);
  });

  it('is nothing to do for a pair that never had one', async () => {
    const world = new WorkloadWorld();
    await releaseWorkload(world.pair.metadata, world, world.memory, signal);
    expect(world.patches).toEqual([]);
  });
});
