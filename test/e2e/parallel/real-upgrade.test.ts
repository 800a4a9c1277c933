import { expect } from '@jest/globals';
import { EtcdWitness } from '../support/etcd-witness.ts';
import { loadMilvus } from '../support/milvus.ts';
import { scenario } from '../support/scenario.ts';

scenario(
  'A real Milvus goes from 2.2.16 to 2.3.5 by the image in the spec, with one change of ACTIVE',
  async (scene) => {
    const [older, newer] = [await loadMilvus(scene, '2.2.16'), await loadMilvus(scene, '2.3.5')];
    const etcd = await scene.startEtcd();
    const pair = await scene.applyPair('rootcoord', { image: older, pod: { terminationGracePeriodSeconds: 10 } });
    await using witness = await EtcdWitness.start(etcd, 'rootcoord');
    const { status: before } = await pair.untilSteady();
    expect(before?.session).toMatchObject({ version: '2.2.16', grantedTTLSeconds: 20 });

    const changedMs = Date.now();
    await pair.change({ image: newer });
    await pair.until('UpToDate', 'False', 'RollingOut');
    await pair.until('UpToDate', 'True', undefined, { timeoutMs: 150_000 });
    const { status: upgraded } = await pair.untilSteady();
    expect(upgraded?.session).toMatchObject({ version: '2.3.5', grantedTTLSeconds: 30 });
    expect(upgraded?.active?.podName).toBe(before?.standby?.podName);
    expect(witness.holdersSince(changedMs)).toEqual([upgraded?.active?.serverID]);
    expect(upgraded?.history?.map(({ type }) => type)).toEqual(['Rollout']);
    Object.assign(scene.measurements, {
      noHolderMs: witness.noHolderMs(changedMs),
      upgradeMs: Date.now() - changedMs,
    });
  },
);
