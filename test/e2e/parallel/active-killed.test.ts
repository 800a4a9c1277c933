import { expect } from '@jest/globals';
import { ActiveWatch } from '../support/active-watch.ts';
import { EtcdWitness } from '../support/etcd-witness.ts';
import { scenario } from '../support/scenario.ts';

scenario('ACTIVE is killed: another process has the role at once, and everything follows', async (scene) => {
  const etcd = await scene.startEtcd(3);
  const pair = await scene.applyPair('rootcoord', { sessionTTLSeconds: 30 });
  await using witness = await EtcdWitness.start(etcd, 'rootcoord');
  await pair.untilSteady();
  await pair.untilBound();
  const { active: before } = await pair.status();
  using watch = await ActiveWatch.start(scene, pair);
  const killedMs = Date.now();
  await scene.cluster.killContainer({ namespace: scene.namespace, pod: before?.podName ?? '' });

  // The killed container is back within a second or two and stands by too: which of the two wins is Milvus' affair.
  const elected = await witness.next(before?.serverID, { timeoutMs: 20_000 });
  const followed = await watch.follow(elected);
  const eventMs = await watch.untilEvent(elected.atMs, 'FailoverCompleted');
  Object.assign(scene.measurements, {
    failoverMs: elected.atMs - killedMs,
    noHolderMs: witness.noHolderMs(killedMs),
    ...followed,
    eventMs,
  });

  const { status } = await pair.untilSteady();
  expect(status?.lastFailover).toMatchObject({ from: before?.podName, to: status?.active?.podName });
  expect(status?.lastFailover).toMatchObject({ reason: 'ActiveProcessEnded', how: 'LeaseRevoked' });
  expect(status?.history).toEqual([expect.objectContaining({ type: 'Failover', how: 'LeaseRevoked' })]);
  expect(witness.holdersSince(killedMs)).toEqual([status?.active?.serverID]);
});
