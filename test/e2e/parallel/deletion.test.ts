import { expect } from '@jest/globals';
import {
  configMapKind,
  podDisruptionBudgetKind,
  podKind,
  serviceKind,
  statefulSetKind,
} from '../../../src/kube/kinds.ts';
import { until } from '../../support/until.ts';
import { EtcdWitness } from '../support/etcd-witness.ts';
import { endpointSliceKind } from '../support/kinds.ts';
import { scenario } from '../support/scenario.ts';

const children = 'statefulsets,services,poddisruptionbudgets,configmaps,pods,endpointslices';
const childKinds = [
  ...[statefulSetKind, serviceKind, podDisruptionBudgetKind],
  ...[configMapKind, podKind, endpointSliceKind],
];
const ofPair = ['--selector', 'ha.milvus.io/pair=rootcoord', '--output', 'name'];

scenario('deleting a pair removes everything it made', async (scene) => {
  const etcd = await scene.startEtcd();
  const pair = await scene.applyPair('rootcoord', { config: { inline: { rootCoord: { maxPartitionNum: 7 } } } });
  await pair.untilSteady();
  const made = (await scene.kubectl.run(['get', children, ...ofPair])).split('\n').filter(Boolean);
  expect(made).toEqual(
    expect.arrayContaining([
      'statefulset.apps/rootcoord',
      'service/rootcoord-active',
      'service/rootcoord-headless',
      'poddisruptionbudget.policy/rootcoord',
      'configmap/rootcoord-config',
      'pod/rootcoord-0',
      'pod/rootcoord-1',
    ]),
  );
  const deletedMs = Date.now();
  await scene.kubectl.run(['delete', 'coordinatorpair', 'rootcoord']);
  const left = async () => {
    const selection = { namespace: scene.namespace, labelSelector: 'ha.milvus.io/pair=rootcoord' };
    return (await Promise.all(childKinds.map((kind) => scene.client.list(kind, selection)))).flatMap(
      ({ items }) => items,
    );
  };
  await until('everything to be gone', async () => (await left()).length === 0, { timeoutMs: 90_000 });
  expect(await scene.kubectl.run(['get', children, ...ofPair])).toBe('');
  scene.measurements['goneMs'] = Date.now() - deletedMs;
  expect(await etcd.keys('by-dev/meta/session/rootcoord')).toEqual([]);
});

scenario('a pair deleted with --cascade=orphan leaves Milvus running; made again, it takes it up', async (scene) => {
  const etcd = await scene.startEtcd();
  const pair = await scene.applyPair();
  await using witness = await EtcdWitness.start(etcd, 'rootcoord');
  const first = await pair.untilSteady();
  const [lives, sinceMs] = [await pair.lives(), Date.now()];
  await scene.kubectl.run(['delete', 'coordinatorpair', 'rootcoord', '--cascade=orphan']);
  expect(await pair.lives()).toEqual(lives);

  await scene.applyPair();
  const second = await pair.untilSteady();
  expect(second.metadata.uid).not.toBe(first.metadata.uid);
  expect(second.status?.active?.podName).toBe(first.status?.active?.podName);
  expect(await pair.lives()).toEqual(lives);
  expect(witness.holdersSince(sinceMs)).toEqual([]);
  const owner = 'jsonpath={.metadata.ownerReferences[?(@.controller==true)].uid}';
  for (const child of ['statefulset/rootcoord', 'service/rootcoord-active', 'poddisruptionbudget/rootcoord'])
    expect(await scene.kubectl.run(['get', child, '--output', owner])).toBe(second.metadata.uid);
});
