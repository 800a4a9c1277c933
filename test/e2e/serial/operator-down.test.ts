import { expect } from '@jest/globals';
import type { KubeClient } from '../../../src/kube/client.ts';
import { leaseKind } from '../../../src/kube/kinds.ts';
import type { Lease } from '../../../src/kube/lease-record.ts';
import { until } from '../../support/until.ts';
import { ActiveWatch } from '../support/active-watch.ts';
import { EtcdWitness } from '../support/etcd-witness.ts';
import { leadingPod, scaleOperator } from '../support/operator.ts';
import { scenario } from '../support/scenario.ts';
import { operatorName, operatorNamespace } from '../support/settings.ts';

scenario('without the operator Milvus fails over all the same, and the operator catches up', async (scene) => {
  const { cluster, namespace, measurements } = scene;
  const etcd = await scene.startEtcd();
  const pair = await scene.applyPair('rootcoord', { sessionTTLSeconds: 10 });
  await using witness = await EtcdWitness.start(etcd, 'rootcoord');
  const { status: before } = await pair.untilSteady();
  await scaleOperator(cluster, 0);
  let backMs: number;
  try {
    const killedMs = Date.now();
    await cluster.killContainer({ namespace, pod: before?.active?.podName ?? '' });
    const elected = await witness.next(before?.active?.serverID, { timeoutMs: 40_000 });
    measurements['failoverMs'] = elected.atMs - killedMs;
    measurements['noHolderMs'] = witness.noHolderMs(killedMs);
    expect((await pair.status()).active).toEqual(before?.active);
  } finally {
    backMs = Date.now();
    await scaleOperator(cluster, 2);
  }
  await until('the status to name the holder', async () => (await pair.status()).active?.serverID === witness.holder, {
    timeoutMs: 60_000,
  });
  const { status } = await pair.untilSteady();
  measurements['caughtUpMs'] = Date.now() - backMs;
  expect(status?.lastFailover).toMatchObject({ from: before?.active?.podName, to: status?.active?.podName });
  expect(status?.history).toHaveLength(1);
  expect(await pair.labelledActive()).toEqual([status?.active?.podName]);
  await until('the Service to follow', async () => (await pair.activeEndpoints()).join() === status?.active?.podName);
});

scenario('the leading replica is killed: another process leads within 20 s, and no pod is touched', async (scene) => {
  const { cluster, client, measurements } = scene;
  const etcd = await scene.startEtcd();
  const pair = await scene.applyPair();
  await using witness = await EtcdWitness.start(etcd, 'rootcoord');
  await pair.untilSteady();
  const lives = await pair.lives();
  const leader = await until('a leader', async () => leaderOf(client));
  const killedMs = Date.now();
  const pod = (await leadingPod(client)) ?? '';
  await cluster.killContainer({ namespace: operatorNamespace, pod });
  await until('another leader', async () => ![leader, ''].includes(await leaderOf(client)), {
    timeoutMs: 20_000,
    everyMs: 100,
  });
  measurements['newLeaderMs'] = Date.now() - killedMs;

  using watch = await ActiveWatch.start(scene, pair);
  expect(await pair.lives()).toEqual(lives);
  expect(witness.holdersSince(killedMs)).toEqual([]);
  // It not only leads, it works.
  expect(await pair.switchOver('after-the-change')).toMatchObject({ result: 'Completed' });
  await watch.follow(await witness.next(undefined));
});

/** Identity of the process that leads: a pod's next container is another one. */
async function leaderOf(client: KubeClient): Promise<string> {
  return (await client.get<Lease>(leaseKind, operatorName, operatorNamespace))?.spec?.holderIdentity ?? '';
}
