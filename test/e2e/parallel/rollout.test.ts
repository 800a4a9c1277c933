import { expect } from '@jest/globals';
import { standInImage } from '../../images/build.ts';
import { EtcdWitness } from '../support/etcd-witness.ts';
import type { ScenarioPair } from '../support/pair.ts';
import { scenario, type Scene } from '../support/scenario.ts';

/** Makes a change of the spec and waits for its end. @returns server IDs of those who were ACTIVE from then on. */
async function rollOut(scene: Scene, pair: ScenarioPair, witness: EtcdWitness, spec: object): Promise<string[]> {
  const before = await pair.lives();
  const changedMs = Date.now();
  await pair.change(spec);
  await pair.until('UpToDate', 'False', 'RollingOut', { timeoutMs: 10_000 });
  await pair.until('UpToDate', 'True');
  await pair.untilSteady();
  scene.measurements['rolloutMs'] = Date.now() - changedMs;
  scene.measurements['noHolderMs'] = witness.noHolderMs(changedMs);
  const uids = before.map(({ uid }) => uid);
  expect((await pair.lives()).filter(({ uid }) => uids.includes(uid))).toEqual([]);
  return witness.holdersSince(changedMs);
}

scenario('a new image is rolled out with exactly one change of ACTIVE', async (scene) => {
  const etcd = await scene.startEtcd();
  const pair = await scene.applyPair('rootcoord', { image: standInImage('2.5.10') });
  await using witness = await EtcdWitness.start(etcd, 'rootcoord');
  await pair.untilSteady();
  const holders = await rollOut(scene, pair, witness, { image: standInImage('2.5.11') });
  const { status } = await pair.get();
  expect(holders).toEqual([status?.active?.serverID]);
  expect(status?.session?.version).toBe('2.5.11');
  expect(status?.history).toEqual([expect.objectContaining({ type: 'Rollout', how: 'Released' })]);
  await pair.untilEvent('RolloutStarted');
  await pair.untilEvent('RolloutCompleted');
  const images = (await pair.pods()).map(
    ({ spec }) => (spec as { containers: { image: string }[] }).containers[0]?.image,
  );
  expect(images).toEqual([standInImage('2.5.11'), standInImage('2.5.11')]);
});

scenario('with rollout.policy Paused a changed image waits, whatever happens to the pods', async (scene) => {
  await scene.startEtcd();
  const pair = await scene.applyPair('rootcoord', { rollout: { policy: 'Paused' } });
  const { status } = await pair.untilSteady();
  await pair.change({ image: standInImage('2.5.11') });
  await scene.kubectl.run(['delete', 'pod', status?.standby?.podName ?? '']);
  await pair.untilSteady();
  const images = (await pair.pods()).map(
    ({ spec }) => (spec as { containers: { image: string }[] }).containers[0]?.image,
  );
  expect(images).toEqual([standInImage('2.5.10'), standInImage('2.5.10')]);
  await pair.until('UpToDate', 'False', 'RolloutPaused');
});
