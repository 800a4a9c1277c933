import { describe, expect, it } from '@jest/globals';
import { planStop, type MilvusChange } from '../../../../src/etcdcare/milvus/changes.ts';
import { findMilvus } from '../../../../src/etcdcare/milvus/find.ts';
import { startMilvus } from '../../../../src/etcdcare/milvus/start.ts';
import { applyStop, SuspendedByAnother } from '../../../../src/etcdcare/milvus/stop.ts';
import { milvusStopped } from '../../../../src/etcdcare/milvus/stopped.ts';
import type { KubeObject } from '../../../../src/kube/objects.ts';
import { Killed, KubeWorld } from '../support/kube-world.ts';
import { aGuard, aPair, aPod, aWorkload, etcd, madeByPair, serving } from '../support/milvus-release.ts';

const { signal } = new AbortController();
const recovery = { uid: 'c3f1', name: 'rebuild' };
const SUSPENDED = 'ha.milvus.io/suspended-by';
const PAUSED = 'milvus.io/pause-reconcile';
const guard = aGuard({
  milvusName: 'mine',
  workloadSelector: { matchLabels: { 'app.kubernetes.io/instance': 'release' } },
});
const attachedTo = (name: string) => ({
  spec: { ...aPair('x').spec, workloadRef: { kind: 'Deployment', name } },
  status: serving,
});
const paused = { spec: { ...aPair('x').spec, mode: 'Paused' }, status: serving };

/** Every sort of thing that a Milvus is made of. */
const release = (): readonly KubeObject[] => [
  ...etcd,
  { apiVersion: 'milvus.io/v1beta1', kind: 'Milvus', metadata: { name: 'mine', namespace: 'milvus' } },
  aPair('rootcoord', { status: serving }),
  madeByPair('rootcoord'),
  aPair('querycoord', paused),
  madeByPair('querycoord'),
  aPair('mix', attachedTo('mixcoord')),
  aWorkload('Deployment', 'mixcoord', 2),
  aWorkload('Deployment', 'proxy', 3),
  aWorkload('StatefulSet', 'querynode', 4),
  aWorkload('Deployment', 'attu', 0),
];

async function begin(objects = release()) {
  const world = new KubeWorld(objects);
  const find = () => findMilvus({ client: world.client, watchNamespaces: [] }, guard, signal);
  return {
    world,
    find,
    changes: planStop(await find()),
    stop: (changes: readonly MilvusChange[]) => applyStop(world.client, changes, recovery, signal),
    stopped: (changes: readonly MilvusChange[]) => milvusStopped(world.client, changes, recovery, signal),
    start: (changes: readonly MilvusChange[]) => startMilvus(world.client, changes, recovery, signal),
  };
}
const replicas = (world: KubeWorld, kind: string, name: string) => world.get(kind, name).spec?.replicas;
const annotation = (world: KubeWorld, kind: string, name: string, key: string) =>
  world.get(kind, name).metadata.annotations?.[key];
const collectsNot = { config: { dataCoord: { enableGarbageCollection: false } } };
/** Everything that was stopped, as it was put back but for one setting: what annotations leave is an empty map. */
const normal = (world: KubeWorld) =>
  world.state().map((object) =>
    JSON.stringify(object)
      .replaceAll('"annotations":{}', '')
      .replace(`"spec":${JSON.stringify(collectsNot)},`, '')
      .replaceAll(/,(?=})/g, ''),
  );

describe('stopping Milvus', () => {
  it('notes what must change and what it was, in plain JSON', async () => {
    const { changes } = await begin();
    expect(JSON.parse(JSON.stringify(changes))).toEqual(changes);
    expect(
      changes.map((change) => [change.kind, change.name, 'replicas' in change ? change.replicas : undefined]),
    ).toEqual([
      ['Milvus', 'mine', undefined],
      ['CoordinatorPair', 'rootcoord', undefined],
      ['CoordinatorPair', 'querycoord', undefined],
      ['CoordinatorPair', 'mix', undefined],
      ['StatefulSet', 'rootcoord', 2],
      ['StatefulSet', 'querycoord', 2],
      ['Deployment', 'mixcoord', 2],
      ['Deployment', 'proxy', 3],
      ['StatefulSet', 'querynode', 4],
    ]);
  });

  it('pauses milvus-operator, then suspends pairs, then scales what they do not scale themselves', async () => {
    const { world, changes, stop } = await begin();
    await stop(changes);
    expect(world.patched).toEqual([
      'Milvus mine',
      'CoordinatorPair rootcoord',
      'CoordinatorPair querycoord',
      'CoordinatorPair mix',
      'StatefulSet querycoord',
      'Deployment mixcoord',
      'Deployment proxy',
      'StatefulSet querynode',
    ]);
    expect(annotation(world, 'Milvus', 'mine', PAUSED)).toBe('true');
    expect(annotation(world, 'CoordinatorPair', 'mix', SUSPENDED)).toBe('c3f1');
    expect(['mixcoord', 'proxy'].map((name) => replicas(world, 'Deployment', name))).toEqual([0, 0]);
    expect(replicas(world, 'StatefulSet', 'etcd')).toBe(3);
  });

  it('scales the pods of a pair that cannot be rendered', async () => {
    const invalid = { ...serving, conditions: [{ type: 'SpecValid', status: 'False', reason: 'ConfigMapNotFound' }] };
    const { world, changes, stop } = await begin([
      ...etcd,
      aPair('rootcoord', { status: invalid }),
      madeByPair('rootcoord'),
    ]);
    await stop(changes);
    expect(replicas(world, 'StatefulSet', 'rootcoord')).toBe(0);
  });

  it('changes nothing the second time', async () => {
    const { world, changes, stop } = await begin();
    await stop(changes);
    const once = world.patched.length;
    await stop(changes);
    expect(world.patched).toHaveLength(once);
  });

  it('keeps the originals of an earlier plan and adds what has appeared since', async () => {
    const { world, changes, stop, find } = await begin();
    await stop(changes);
    world.put(aWorkload('Deployment', 'proxy', 1));
    world.put(aWorkload('Deployment', 'datanode', 5));
    const again = planStop(await find(), changes);
    expect(again.slice(0, changes.length)).toEqual(changes);
    expect(again.slice(changes.length)).toEqual([expect.objectContaining({ name: 'datanode', replicas: 5 })]);
  });

  it('leaves a Milvus object alone that was paused already', async () => {
    const mine = { name: 'mine', namespace: 'milvus', annotations: { [PAUSED]: 'true' } };
    const { world, changes, stop, start } = await begin([
      ...etcd,
      { apiVersion: 'milvus.io/v1beta1', kind: 'Milvus', metadata: mine },
      aWorkload('Deployment', 'proxy', 3),
    ]);
    await stop(changes);
    await start(changes);
    expect(annotation(world, 'Milvus', 'mine', PAUSED)).toBe('true');
  });

  it('touches no successor of what it noted', async () => {
    const { world, changes, stop } = await begin();
    world.put(aWorkload('Deployment', 'proxy', 3, { uid: 'another' }));
    world.remove('StatefulSet', 'querynode');
    await stop(changes);
    expect(replicas(world, 'Deployment', 'proxy')).toBe(3);
  });

  it('changes nothing at all while another recovery holds one of the pairs', async () => {
    const { world, changes, stop } = await begin();
    world.put(aPair('mix', { ...attachedTo('mixcoord'), metadata: { annotations: { [SUSPENDED]: 'other' } } }));
    await expect(stop(changes)).rejects.toThrow(SuspendedByAnother);
    expect(world.patched).toEqual([]);
  });
});

describe('whether Milvus has stopped', () => {
  const labels = (app: string) => ({ 'app.kubernetes.io/instance': 'release', app });

  it('is so when no pod is left', async () => {
    const { changes, stop, stopped } = await begin();
    await stop(changes);
    expect(await stopped(changes)).toEqual({ stopped: true, running: [], undone: [] });
  });

  it('is not so while a pod is left, and one that is ending counts', async () => {
    const { world, changes, stop, stopped } = await begin();
    await stop(changes);
    world.put(aPod('proxy-1', labels('proxy'), { deletionTimestamp: '2026-01-01T00:00:00Z' }));
    world.put(aPod('rootcoord-0', { 'ha.milvus.io/pair': 'rootcoord' }));
    world.put(aPod('querynode-0', labels('querynode'), {}, 'Pending'));
    expect(await stopped(changes)).toEqual({
      stopped: false,
      running: [
        { namespace: 'milvus', name: 'proxy-1', terminating: true },
        { namespace: 'milvus', name: 'querynode-0', terminating: false },
        { namespace: 'milvus', name: 'rootcoord-0', terminating: false },
      ],
      undone: [],
    });
  });

  it('does not ask for pods that have ended for good, that are of another StatefulSet, or that nobody stops', async () => {
    const { world, changes, stop, stopped } = await begin();
    await stop(changes);
    world.put(aPod('proxy-evicted', labels('proxy'), {}, 'Failed'));
    world.put(aPod('attu-1', labels('attu')));
    const owner = { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'etcd', uid: 'uid-of-etcd', controller: true };
    world.put(aPod('etcd-0', labels('proxy'), { ownerReferences: [owner] }));
    expect((await stopped(changes)).running).toEqual([]);
  });

  it('still sees the pods of a workload that was deleted meanwhile', async () => {
    const { world, changes, stop, stopped } = await begin();
    await stop(changes);
    world.remove('Deployment', 'proxy');
    world.put(aPod('proxy-1', labels('proxy')));
    expect((await stopped(changes)).running.map(({ name }) => name)).toEqual(['proxy-1']);
  });

  it('is not so when somebody has scaled up, resumed milvus-operator or released a pair', async () => {
    const { world, changes, stop, stopped } = await begin();
    await stop(changes);
    const fieldsV1 = { 'f:spec': { 'f:replicas': {} } };
    world.put(aWorkload('Deployment', 'proxy', 3, { managedFields: [{ manager: 'argocd-controller', fieldsV1 }] }));
    world.put({ apiVersion: 'milvus.io/v1beta1', kind: 'Milvus', metadata: { name: 'mine', namespace: 'milvus' } });
    world.put(aPair('rootcoord'));
    const { stopped: isSo, undone } = await stopped(changes);
    expect(isSo).toBe(false);
    expect(undone).toEqual([
      expect.stringContaining('Milvus mine lacks the annotation milvus.io/pause-reconcile'),
      expect.stringContaining('CoordinatorPair rootcoord lacks the annotation'),
      expect.stringContaining('Deployment proxy asks for 3 replicas, set by the field manager argocd-controller'),
    ]);
  });
});

describe('starting Milvus again', () => {
  it('brings back the coordinators first and waits until they serve', async () => {
    const { world, changes, stop, start } = await begin();
    await stop(changes);
    world.put({ ...world.get('CoordinatorPair', 'mix'), status: { summary: 'etcd cannot be read' } } as KubeObject);
    expect((await start(changes)).state).toBe('Waiting');
    expect(await start(changes)).toEqual({ state: 'Waiting', for: ['CoordinatorPair mix: etcd cannot be read'] });
    expect(annotation(world, 'CoordinatorPair', 'rootcoord', SUSPENDED)).toBeUndefined();
    expect([replicas(world, 'StatefulSet', 'querycoord'), replicas(world, 'Deployment', 'mixcoord')]).toEqual([2, 2]);
    expect(replicas(world, 'Deployment', 'proxy')).toBe(0);
    expect(annotation(world, 'Milvus', 'mine', PAUSED)).toBe('true');
  });

  it('then puts everything back as it was, milvus-operator last', async () => {
    const { world, changes, stop, start } = await begin();
    const before = normal(world);
    await stop(changes);
    await start(changes);
    expect(await start(changes)).toEqual({ state: 'Started' });
    expect(normal(world).sort()).toEqual([...before].sort());
    expect(world.patched.at(-1)).toBe('Milvus mine');
    expect(world.get('Milvus', 'mine').spec).toEqual(collectsNot);
  });

  it('changes nothing that was never stopped', async () => {
    const { world, changes, start } = await begin();
    expect(await start(changes)).toEqual({ state: 'Started' });
    expect(world.patched).toEqual([]);
  });

  it('leaves replicas that somebody else has set, and pairs that another recovery holds', async () => {
    const { world, changes, stop, start } = await begin();
    await stop(changes);
    world.put(aWorkload('Deployment', 'proxy', 1));
    world.put(aPair('rootcoord', { metadata: { annotations: { [SUSPENDED]: 'other' } }, status: serving }));
    await start(changes);
    expect(replicas(world, 'Deployment', 'proxy')).toBe(1);
    expect(annotation(world, 'CoordinatorPair', 'rootcoord', SUSPENDED)).toBe('other');
  });

  it.each([
    [
      'holds the role and loads its metadata',
      [
        { type: 'Ready', status: 'False', reason: 'Activating' },
        { type: 'ActiveElected', status: 'True', reason: 'Elected' },
      ],
      'Waiting',
    ],
    ['has no ACTIVE', [{ type: 'ActiveElected', status: 'False', reason: 'Starting' }], 'Waiting'],
    [
      'lacks only a STANDBY',
      [
        { type: 'Ready', status: 'False', reason: 'NoStandby' },
        { type: 'ActiveElected', status: 'True', reason: 'Elected' },
      ],
      'Started',
    ],
  ])('is waiting or not for a pair that %s', async (_, conditions, state) => {
    const { changes, start } = await begin([...etcd, aPair('rootcoord', { status: { conditions } })]);
    expect((await start(changes)).state).toBe(state);
  });

  it('does not wait for a pair that its spec stops', async () => {
    const spec = { ...aPair('x').spec, runState: 'Stopped' };
    const { changes, stop, start } = await begin([...etcd, aPair('rootcoord', { spec }), madeByPair('rootcoord', 0)]);
    await stop(changes);
    expect((await start(changes)).state).toBe('Started');
  });
});

describe('an operator that ends at any change', () => {
  const points = [1, 2, 3, 4, 5, 6, 7, 8].flatMap((change) =>
    (['before', 'after'] as const).map((when) => ({ change, when })),
  );

  it.each(points)('stops all the same when it goes on ($when change $change)', async (killAt) => {
    const reference = await begin();
    await reference.stop(reference.changes);
    const { world, changes, stop, find } = await begin();
    world.killAt = killAt;
    await expect(stop(changes)).rejects.toThrow(Killed);
    world.killAt = undefined;
    await stop(planStop(await find(), changes));
    expect(world.state()).toEqual(reference.world.state());
  });

  it.each(points)('starts all the same when it goes on ($when change $change)', async (killAt) => {
    const { world, changes, stop, start } = await begin();
    const before = normal(world);
    await stop(changes);
    world.patched.length = 0;
    world.killAt = killAt;
    // The first call only releases the coordinators.
    await expect(start(changes).then(() => start(changes))).rejects.toThrow(Killed);
    world.killAt = undefined;
    await start(changes);
    expect(await start(changes)).toEqual({ state: 'Started' });
    expect(normal(world).sort()).toEqual([...before].sort());
  });
});
