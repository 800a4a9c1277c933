import { expect } from '@jest/globals';
import { standInImage } from '../../images/build.ts';
import { EtcdWitness } from '../support/etcd-witness.ts';
import type { ScenarioPair } from '../support/pair.ts';
import { scenario } from '../support/scenario.ts';

const imagesOf = async (pair: ScenarioPair): Promise<unknown[]> =>
  (await pair.pods()).map(({ spec }) => (spec as { containers: { image: string }[] }).containers[0]?.image);

/** No registry answers there. */
const brokenImage = 'registry.invalid/milvus:v2.5.11';

scenario(
  'a broken image stops the rollout, ACTIVE is not touched, and the pair is a pair again',
  async (scene) => {
    const etcd = await scene.startEtcd();
    const pair = await scene.applyPair('rootcoord', { image: standInImage('2.5.10') });
    await using witness = await EtcdWitness.start(etcd, 'rootcoord');
    const { status: before } = await pair.untilSteady();
    const active = before?.active?.podName ?? '';
    const [life] = (await pair.lives()).filter(({ name }) => name === active);
    const changedMs = Date.now();
    await pair.change({ image: brokenImage });
    await pair.until('StandbyReady', 'False');
    await pair.until('Stalled', 'True', 'StandbyNotUp', { timeoutMs: 200_000 });
    scene.measurements['givenUpMs'] = Date.now() - changedMs;
    const { status } = await pair.untilSteady();
    scene.measurements['restoredMs'] = Date.now() - changedMs;
    await pair.until('UpToDate', 'False', 'RolloutFailed');
    expect(status?.failedRollout?.reason).toMatch(/did not register \(it waits with \w+/);
    expect(status?.active?.serverID).toBe(before?.active?.serverID);
    expect(witness.holdersSince(changedMs)).toEqual([]);
    expect((await pair.lives()).filter(({ name }) => name === active)).toEqual([life]);
    expect(await imagesOf(pair)).toEqual([standInImage('2.5.10'), standInImage('2.5.10')]);
    await pair.untilEvent('RolloutFailed');

    await pair.change({ image: standInImage('2.5.11') });
    await pair.until('UpToDate', 'True');
    const { status: mended } = await pair.untilSteady();
    expect(mended?.failedRollout).toBeUndefined();
    expect(witness.holdersSince(changedMs)).toEqual([mended?.active?.serverID]);
  },
  { timeoutMs: 420_000 },
);
