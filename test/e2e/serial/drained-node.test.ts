import { expect } from '@jest/globals';
import { until } from '../../support/until.ts';
import { EtcdWitness } from '../support/etcd-witness.ts';
import { scenario } from '../support/scenario.ts';

scenario('after a drain of its node the pair runs on two others, and ACTIVE has moved once', async (scene) => {
  const { kubectl } = scene;
  const etcd = await scene.startEtcd();
  const pair = await scene.applyPair();
  await using witness = await EtcdWitness.start(etcd, 'rootcoord');
  const { status: before } = await pair.untilSteady();
  const node = before?.active?.nodeName ?? '';
  expect(before?.standby?.nodeName).not.toBe(node);
  const drainedMs = Date.now();
  try {
    // Cordons, then evicts; etcd's only member stays, whatever node it is on.
    const pods = ['--pod-selector', 'ha.milvus.io/pair=rootcoord'];
    await kubectl.run(['drain', node, ...pods, '--delete-emptydir-data', '--timeout', '120s']);
    scene.measurements['drainMs'] = Date.now() - drainedMs;
    await pair.untilSteady();
    const { status } = await until('the pair to run on two nodes', async () => {
      const shown = await pair.untilSteady();
      const { active, standby } = shown.status ?? {};
      return active?.nodeName !== standby?.nodeName && shown;
    });
    scene.measurements['redundantMs'] = Date.now() - drainedMs;
    const nodes = [status?.active?.nodeName, status?.standby?.nodeName];
    expect(nodes.toSorted()).toEqual(scene.cluster.nodes.filter((name) => name !== node).toSorted());
    expect(witness.holdersSince(drainedMs)).toEqual([before?.standby?.serverID]);
    await pair.until('Redundant', 'True', 'DistinctNodes');
  } finally {
    await kubectl.run(['uncordon', node]);
  }
});
