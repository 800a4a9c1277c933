import { expect } from '@jest/globals';
import { standInImage } from '../../../images/build.ts';
import { EtcdWitness } from '../../support/etcd-witness.ts';
import { scenario } from '../../support/scenario.ts';

scenario(
  'a rollout that is paused half way stops cleanly and goes on when it is not paused any more',
  async (scene) => {
    const etcd = await scene.startEtcd();
    const pair = await scene.applyPair('rootcoord', { image: standInImage('2.5.10') });
    await using witness = await EtcdWitness.start(etcd, 'rootcoord');
    const { status: before } = await pair.untilSteady();
    const changedMs = Date.now();
    await pair.change({ image: standInImage('2.5.11') });
    await pair.until('StandbyReady', 'False');
    await pair.change({ rollout: { policy: 'Paused' } });
    await pair.until('UpToDate', 'False', 'RolloutPaused');
    const { status: paused } = await pair.untilSteady();
    expect(paused?.active).toEqual(before?.active);
    expect([paused?.history, witness.holdersSince(changedMs)]).toEqual([undefined, []]);

    await pair.change({ rollout: { policy: 'Automatic' } });
    await pair.until('UpToDate', 'True');
    const { status } = await pair.untilSteady();
    expect(witness.holdersSince(changedMs)).toEqual([status?.active?.serverID]);
    expect(status?.history).toEqual([expect.objectContaining({ type: 'Rollout', how: 'Released' })]);
  },
);
