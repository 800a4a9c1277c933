import { expect } from '@jest/globals';
import { serviceKind, statefulSetKind } from '../../../src/kube/kinds.ts';
import { until } from '../../support/until.ts';
import { inWords, operatorWrites } from '../support/audit.ts';
import type { PodOwner, Service } from '../support/kinds.ts';
import { scenario, type Scene } from '../support/scenario.ts';

/** What the operator wrote to objects of these kinds since a moment, in words. */
async function written(scene: Scene, sinceMs: number, ...resources: string[]): Promise<string[]> {
  const writes = await operatorWrites(scene.cluster, { sinceMs, namespace: scene.namespace });
  return writes.filter(({ resource }) => resources.includes(resource)).map(inWords);
}

scenario('a Service that was edited by hand is put right, once', async (scene) => {
  await scene.startEtcd();
  const pair = await scene.applyPair();
  const { status } = await pair.untilSteady();
  const sinceMs = Date.now();
  const wrong = JSON.stringify({ spec: { selector: { 'ha.milvus.io/role': 'standby' } } });
  await scene.kubectl.run(['patch', 'service', 'rootcoord-active', '--patch', wrong]);
  const selector = async () => {
    const service = await scene.client.get<Service>(serviceKind, 'rootcoord-active', scene.namespace);
    return service?.spec.selector?.['ha.milvus.io/role'] === 'active';
  };
  await until('the selector to be as it was', selector);
  scene.measurements['putRightMs'] = Date.now() - sinceMs;
  await until(
    'the endpoint to be as it was',
    async () => (await pair.activeEndpoints()).join() === status?.active?.podName,
  );
  await untilQuiet(scene);
  expect(await written(scene, sinceMs, 'services')).toEqual(['patch services rootcoord-active']);
});

scenario('a StatefulSet that was scaled by hand is put right, once, and no pod of the pair ends', async (scene) => {
  await scene.startEtcd();
  const pair = await scene.applyPair();
  await pair.untilSteady();
  const lives = await pair.lives();
  const generation = await generationOf(scene);
  const sinceMs = Date.now();
  await scene.kubectl.run(['scale', 'statefulset', 'rootcoord', '--replicas=3']);
  await until(
    'two pods again',
    async () => {
      const { replicas, pods } = { replicas: await replicasOf(scene), pods: await pair.pods() };
      return replicas === 2 && pods.length === 2;
    },
    { timeoutMs: 60_000 },
  );
  scene.measurements['putRightMs'] = Date.now() - sinceMs;
  await pair.untilSteady();
  await untilQuiet(scene);
  expect(await pair.lives()).toEqual(lives);
  expect(await written(scene, sinceMs, 'statefulsets')).toEqual(['patch statefulsets rootcoord']);
  expect(await generationOf(scene)).toBe(generation + 2); // by hand, and back
});

scenario('role labels that were changed by hand are put right', async (scene) => {
  await scene.startEtcd();
  const pair = await scene.applyPair();
  const { status } = await pair.untilSteady();
  const { active, standby } = status ?? {};
  const sinceMs = Date.now();
  await scene.kubectl.run(['label', '--overwrite', 'pod', standby?.podName ?? '', 'ha.milvus.io/role=active']);
  await scene.kubectl.run(['label', 'pod', active?.podName ?? '', 'ha.milvus.io/role-']);
  await until('the labels to be right', async () => {
    const roles = (await pair.pods()).map(({ metadata }) => [metadata.name, metadata.labels?.['ha.milvus.io/role']]);
    const right: Record<string, string> = { [active?.podName ?? '']: 'active', [standby?.podName ?? '']: 'standby' };
    return roles.length === 2 && roles.every(([name = '', role]) => right[name] === role);
  });
  scene.measurements['putRightMs'] = Date.now() - sinceMs;
  await untilQuiet(scene);
  expect((await written(scene, sinceMs, 'pods')).toSorted()).toEqual(
    [`patch pods ${active?.podName ?? ''}`, `patch pods ${standby?.podName ?? ''}`].toSorted(),
  );
});

scenario('a deleted pod is replaced and stands by again', async (scene) => {
  await scene.startEtcd();
  const pair = await scene.applyPair();
  const { status: before } = await pair.untilSteady();
  const sinceMs = Date.now();
  await scene.kubectl.run(['delete', 'pod', before?.active?.podName ?? '']);
  await until(
    'the role to have moved',
    async () => (await pair.status()).active?.serverID === before?.standby?.serverID,
  );
  const { status } = await pair.untilSteady();
  scene.measurements['steadyAgainMs'] = Date.now() - sinceMs;
  expect(status?.lastFailover).toMatchObject({ from: before?.active?.podName, how: 'Released' });
  await untilQuiet(scene);
  expect(await written(scene, sinceMs, 'statefulsets', 'services', 'poddisruptionbudgets')).toEqual([]);
  const patches = await written(scene, sinceMs, 'pods');
  expect(patches.length).toBeLessThanOrEqual(4);
});

async function replicasOf({ client, namespace }: Scene): Promise<number | undefined> {
  return (await client.get<PodOwner>(statefulSetKind, 'rootcoord', namespace))?.spec.replicas;
}

/** Counts changes of the StatefulSet's spec. */
async function generationOf({ client, namespace }: Scene): Promise<number> {
  return (await client.get<PodOwner>(statefulSetKind, 'rootcoord', namespace))?.metadata.generation ?? 0;
}

/** Waits until the operator has written nothing here for eight seconds: a loop would never let it. */
async function untilQuiet({ cluster, namespace }: Scene): Promise<void> {
  await until(
    'the operator to be quiet',
    async () => (await operatorWrites(cluster, { sinceMs: Date.now() - 8_000, namespace })).length === 0,
    { timeoutMs: 60_000, everyMs: 1_000 },
  );
}
