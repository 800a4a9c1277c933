import { expect } from '@jest/globals';
import { podDisruptionBudgetKind } from '../../../src/kube/kinds.ts';
import { until } from '../../support/until.ts';
import { inWords, operatorWrites } from '../support/audit.ts';
import { scenario } from '../support/scenario.ts';

scenario('in ObserveOnly the pair is reported on and nothing else, and Managed takes it up again', async (scene) => {
  await scene.startEtcd();
  const pair = await scene.applyPair();
  const { status: before } = await pair.untilSteady();
  await pair.change({ mode: 'ObserveOnly' });
  await pair.until('Paused', 'True', 'ObserveOnly');
  await pair.until('ServiceInSync', 'False', 'LabelsRemoved');
  expect(await pair.labelledActive()).toEqual([]);
  await pair.untilEvent('ObserveOnly');

  const sinceMs = Date.now();
  await scene.kubectl.run(['scale', 'statefulset', 'rootcoord', '--replicas=1']);
  await scene.kubectl.run(['delete', 'service', 'rootcoord-active']);
  expect(await pair.switchOver('observed')).toMatchObject({ result: 'Refused', reason: 'NotManaged' });
  await pair.until('StandbyReady', 'False', 'Missing');
  const writes = await operatorWrites(scene.cluster, { sinceMs, namespace: scene.namespace });
  const others = writes.filter(({ resource }) => resource !== 'coordinatorpairs' && resource !== 'events');
  expect(others.map(inWords)).toEqual([]);

  await pair.change({ mode: 'Managed' });
  const { status } = await pair.untilSteady();
  expect(await pair.labelledActive()).toEqual([status?.active?.podName]);
  // Scaling by hand may have hit the ACTIVE, which Milvus answers by itself; the operator planned nothing.
  const planned = status?.history?.filter(({ type }) => type !== 'Failover') ?? [];
  expect(planned).toEqual(before?.history ?? []);
  await pair.untilEvent('Resumed');
});

scenario('in Paused only the role labels follow', async (scene) => {
  await scene.startEtcd();
  const pair = await scene.applyPair();
  const { status: before } = await pair.untilSteady();
  await pair.change({ mode: 'Paused' });
  await pair.until('Paused', 'True', 'Paused');
  const sinceMs = Date.now();
  await scene.kubectl.run(['delete', 'poddisruptionbudget', 'rootcoord']);
  await scene.kubectl.run(['delete', 'pod', before?.active?.podName ?? '']);
  await until('the label to follow', async () => (await pair.labelledActive()).join() === before?.standby?.podName);
  await pair.untilSteady();
  const writes = await operatorWrites(scene.cluster, { sinceMs, namespace: scene.namespace });
  const kinds = new Set(writes.map(({ resource }) => resource));
  expect([...kinds].toSorted()).toEqual(['coordinatorpairs', 'events', 'pods']);
  await pair.change({ mode: 'Managed' });
  await until('the PodDisruptionBudget to be back', () =>
    scene.client.get(podDisruptionBudgetKind, 'rootcoord', scene.namespace),
  );
});

scenario('a stopped pair has no pods, keeps everything else, and starts again', async (scene) => {
  await scene.startEtcd();
  const pair = await scene.applyPair();
  await pair.untilSteady();
  const lives = await pair.lives();
  await pair.change({ runState: 'Stopped' });
  await pair.until('Ready', 'False', 'Stopped');
  await until('no pods', async () => (await pair.pods()).length === 0, { timeoutMs: 60_000 });
  await until('no endpoint', async () => (await pair.activeEndpoints()).length === 0);
  await scene.kubectl.run([
    'get',
    'service/rootcoord-active',
    'statefulset/rootcoord',
    'poddisruptionbudget/rootcoord',
  ]);
  const startedMs = Date.now();
  await pair.change({ runState: 'Running' });
  const { status } = await pair.untilSteady();
  scene.measurements['startedMs'] = Date.now() - startedMs;
  const uids = lives.map(({ uid }) => uid);
  expect((await pair.lives()).some(({ uid }) => uids.includes(uid))).toBe(false);
  expect(status?.lastFailover).toBeUndefined();
});
