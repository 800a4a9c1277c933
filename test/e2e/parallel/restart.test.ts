import { expect } from '@jest/globals';
import { until } from '../../support/until.ts';
import { EtcdWitness } from '../support/etcd-witness.ts';
import { pairManifest, type ScenarioPair } from '../support/pair.ts';
import { scenario, type Scene } from '../support/scenario.ts';

const ask = ({ kubectl }: Scene, token: string) =>
  kubectl.run(['annotate', '--overwrite', 'coordinatorpair', 'rootcoord', `ha.milvus.io/restart=${token}`]);

const answered = (pair: ScenarioPair, token: string, result: string) =>
  until(
    `restart ${token} to be ${result}`,
    async () => {
      const { lastRestart } = await pair.status();
      return lastRestart?.token === token && lastRestart.result === result && lastRestart;
    },
    { timeoutMs: 90_000, everyMs: 100 },
  );

scenario('a restart that is asked for renews both pods with one change of ACTIVE', async (scene) => {
  const etcd = await scene.startEtcd();
  const manifest = pairManifest('rootcoord') as { metadata: object };
  const annotations = { 'ha.milvus.io/restart': 'from-before' };
  await scene.kubectl.apply({ ...manifest, metadata: { ...manifest.metadata, annotations } });
  const pair = scene.pair('rootcoord');
  await using witness = await EtcdWitness.start(etcd, 'rootcoord');
  await pair.untilSteady();
  await answered(pair, 'from-before', 'Ignored');
  const before = await pair.lives();

  const askedMs = Date.now();
  await ask(scene, 'first');
  await answered(pair, 'first', 'Completed');
  scene.measurements['restartMs'] = Date.now() - askedMs;
  scene.measurements['noHolderMs'] = witness.noHolderMs(askedMs);
  const { status } = await pair.untilSteady();
  const lives = await pair.lives();
  expect(lives.filter(({ uid }) => before.some((life) => life.uid === uid))).toEqual([]);
  expect(witness.holdersSince(askedMs)).toEqual([status?.active?.serverID]);
  await pair.untilEvent('RestartStarted');

  // Neither a token that is refused nor one that is taken away renews a pod.
  await pair.change({ rollout: { policy: 'Paused' } });
  await ask(scene, 'second');
  expect(await answered(pair, 'second', 'Refused')).toMatchObject({ reason: 'RolloutPaused' });
  await scene.kubectl.run(['annotate', 'coordinatorpair', 'rootcoord', 'ha.milvus.io/restart-']);
  await pair.change({ rollout: { policy: 'Automatic' } });
  await pair.until('UpToDate', 'True');
  expect(await pair.lives()).toEqual(lives);
});
