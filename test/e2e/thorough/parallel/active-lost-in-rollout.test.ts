import { expect } from '@jest/globals';
import { standInImage } from '../../../images/build.ts';
import { EtcdWitness } from '../../support/etcd-witness.ts';
import type { ScenarioPair } from '../../support/pair.ts';
import { scenario } from '../../support/scenario.ts';

const imagesOf = async (pair: ScenarioPair): Promise<unknown[]> =>
  (await pair.pods()).map(({ spec }) => (spec as { containers: { image: string }[] }).containers[0]?.image);

/** No registry answers there. */
const brokenImage = 'registry.invalid/milvus:v2.5.11';

scenario('an ACTIVE that is lost while its standby is renewed comes back as it was', async (scene) => {
  const etcd = await scene.startEtcd();
  const pair = await scene.applyPair('rootcoord', { image: standInImage('2.5.10') });
  await using witness = await EtcdWitness.start(etcd, 'rootcoord');
  const { status: before } = await pair.untilSteady();
  const active = before?.active?.podName ?? '';
  await pair.change({ image: brokenImage });
  await pair.until('StandbyReady', 'False', 'Starting');
  await pair.untilHeld(standInImage('2.5.10'));
  const lostMs = Date.now();
  await scene.kubectl.run(['delete', 'pod', active]);
  const elected = await witness.next(before?.active?.serverID, { timeoutMs: 60_000 });
  scene.measurements['withoutActiveMs'] = elected.atMs - lostMs;
  await pair.until('ActiveElected', 'True', 'Elected');
  const { status } = await pair.get();
  expect(status?.active).toMatchObject({ podName: active, serverID: elected.serverID });
  expect((await imagesOf(pair)).toSorted()).toEqual([standInImage('2.5.10'), brokenImage].toSorted());
});
