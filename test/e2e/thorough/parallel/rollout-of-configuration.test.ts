import { expect } from '@jest/globals';
import { EtcdWitness } from '../../support/etcd-witness.ts';
import type { ScenarioPair } from '../../support/pair.ts';
import { scenario, type Scene } from '../../support/scenario.ts';

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

scenario('a changed configuration is rolled out the same way and mounted in the pods', async (scene) => {
  const etcd = await scene.startEtcd();
  const pair = await scene.applyPair('rootcoord', { config: { inline: { rootCoord: { maxPartitionNum: 1 } } } });
  await using witness = await EtcdWitness.start(etcd, 'rootcoord');
  await pair.untilSteady();
  const holders = await rollOut(scene, pair, witness, { config: { inline: { rootCoord: { maxPartitionNum: 2 } } } });
  expect(holders).toHaveLength(1);
  const data = await scene.kubectl.run(['get', 'configmap', 'rootcoord-config', '--output', 'jsonpath={.data}']);
  expect(JSON.parse(data)).toEqual({ 'user.yaml': 'rootCoord:\n  maxPartitionNum: 2\n' });
});
