import { expect } from '@jest/globals';
import { EtcdWitness } from '../support/etcd-witness.ts';
import { loadMilvus } from '../support/milvus.ts';
import { scenario } from '../support/scenario.ts';

scenario(
  'A real Milvus 2.3.5: a killed rootcoord is replaced at once, and etcd names the same ACTIVE',
  async (scene) => {
    const image = await loadMilvus(scene, '2.3.5');
    const etcd = await scene.startEtcd();
    const pair = await scene.applyPair('rootcoord', { image });
    await using witness = await EtcdWitness.start(etcd, 'rootcoord');
    const { status: first } = await pair.untilSteady();
    expect(first?.session).toMatchObject({ version: '2.3.5', grantedTTLSeconds: 30 });
    await pair.untilBound();
    const { active: before } = await pair.status();
    const killedMs = Date.now();
    await scene.cluster.killContainer({ namespace: scene.namespace, pod: before?.podName ?? '' });

    const elected = await witness.next(before?.serverID, { timeoutMs: 20_000 });
    Object.assign(scene.measurements, {
      failoverMs: elected.atMs - killedMs,
      noHolderMs: witness.noHolderMs(killedMs),
    });
    const { status } = await pair.untilSteady();
    expect(status?.active?.serverID).toBe(elected.serverID);
    expect(status?.lastFailover).toMatchObject({ reason: 'ActiveProcessEnded', how: 'LeaseRevoked' });
    expect(witness.holdersSince(killedMs)).toEqual([status?.active?.serverID]);
    expect(await pair.labelledActive()).toEqual([status?.active?.podName]);
  },
);
