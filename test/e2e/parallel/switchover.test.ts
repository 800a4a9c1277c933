import { expect } from '@jest/globals';
import { ActiveWatch } from '../support/active-watch.ts';
import { EtcdWitness } from '../support/etcd-witness.ts';
import { scenario } from '../support/scenario.ts';

scenario('a switchover that is asked for moves ACTIVE once', async (scene) => {
  const etcd = await scene.startEtcd();
  const pair = await scene.applyPair();
  await using witness = await EtcdWitness.start(etcd, 'rootcoord');
  const { status: before } = await pair.untilSteady();
  using watch = await ActiveWatch.start(scene, pair);
  const askedMs = Date.now();
  const answer = await pair.switchOver('first');
  expect(answer).toMatchObject({ result: 'Completed', reason: 'ActiveMoved' });

  const elected = await witness.next(before?.active?.serverID);
  const followed = await watch.follow(elected);
  Object.assign(scene.measurements, {
    switchoverMs: elected.atMs - askedMs,
    noHolderMs: witness.noHolderMs(askedMs),
    ...followed,
  });
  expect(elected.serverID).toBe(before?.standby?.serverID);
  const { status } = await pair.untilSteady();
  expect(status?.active?.podName).toBe(before?.standby?.podName);
  expect(status?.history).toEqual([expect.objectContaining({ type: 'Switchover', how: 'Released' })]);
  expect(status?.lastFailover).toBeUndefined();
  await pair.untilEvent('SwitchoverStarted');
  await pair.untilEvent('SwitchoverCompleted');
  expect(witness.holdersSince(askedMs)).toHaveLength(1);
});

scenario('a switchover without a standby is refused with the reason', async (scene) => {
  await scene.startEtcd();
  // Both pods have to be on one node, and must not be on the same: the second one never starts.
  const pair = await scene.applyPair('rootcoord', {
    placement: 'Required',
    pod: { nodeSelector: { 'kubernetes.io/hostname': scene.cluster.nodes[0] } },
  });
  await pair.until('ActiveElected', 'True');
  await pair.until('ServiceInSync', 'True');
  const lives = await pair.lives();
  expect(await pair.switchOver('nowhere')).toMatchObject({ result: 'Refused', reason: 'NoStandby' });
  expect((await pair.untilEvent('SwitchoverRefused')).note).toContain('no standby is registered');
  expect(await pair.lives()).toEqual(lives);
});
