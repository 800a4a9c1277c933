import { expect } from '@jest/globals';
import type { RecoveryAction } from '../../../../src/api/etcd-recovery.ts';
import { damage, loseAllButOne, truncateDatabase } from '../../support/etcd-damage.ts';
import { startEtcdSet, type EtcdSet } from '../../support/etcd-set.ts';
import { guardEtcd } from '../../support/guard.ts';
import { Ledger } from '../../support/ledger.ts';
import { milvusDeployment } from '../../support/milvus-deployment.ts';
import { withoutOperator, type OperatorLives } from '../../support/operator-lives.ts';
import { askForRecovery } from '../../support/recovery.ts';
import { scenario, type Scene } from '../../support/scenario.ts';

const timeoutMs = 900_000;

scenario(
  'a ReplaceMember is over when operators that stood still at each of its changes wake up: they change nothing',
  async (scene) => {
    await withoutOperator(scene, async (lives) => {
      const etcd = await startEtcdSet(scene);
      await guardEtcd(scene, etcd.name);
      await using ledger = Ledger.start(etcd, { putsPerSecond: 20 });
      await ledger.further(50);
      const [pod = ''] = await etcd.followers();
      await damage(etcd, pod, truncateDatabase);
      await playSleeping(scene, lives, etcd, 'ReplaceMember', pod);
      expect(await ledger.missing()).toEqual([]);
    });
  },
  { timeoutMs },
);

scenario(
  'a rebuild is over when operators that stood still at each of its changes wake up: they change nothing, of Milvus neither',
  async (scene) => {
    await withoutOperator(scene, async (lives) => {
      const etcd = await startEtcdSet(scene);
      await scene.kubectl.apply(milvusDeployment);
      await guardEtcd(scene, etcd.name, { milvus: { workloadSelector: milvusDeployment.spec.selector } });
      await using ledger = Ledger.start(etcd);
      await ledger.further(50);
      await ledger.stop();
      await loseAllButOne(etcd);
      await playSleeping(scene, lives, etcd, 'RebuildFromSurvivor');
      expect(await ledger.missing()).toEqual([]);
    });
  },
  { timeoutMs },
);

/** What a repair may leave changed, as it is at one moment: versions tell of writes that changed nothing, too. */
async function stateOf({ kubectl }: Scene, etcd: EtcdSet): Promise<readonly string[]> {
  const question = [
    'get',
    'statefulsets,deployments,pods,persistentvolumeclaims,jobs,configmaps,secrets,etcdrecoveries',
  ];
  const fields = '{.kind} {.metadata.name} {.metadata.uid} {.metadata.generation} {.spec.replicas} {.status.state}';
  const objects = await kubectl.run([...question, '--output', `jsonpath={range .items[*]}${fields}{"\\n"}{end}`]);
  return [...objects.split('\n').filter(Boolean).sort(), ...(await etcd.memberIDs()), String(await etcd.hashesEqual())];
}

/** Has operators fall asleep at each change of a recovery; when it has ended, wakes all, and sees that nothing changes. */
async function playSleeping(
  scene: Scene,
  lives: OperatorLives,
  etcd: EtcdSet,
  action: RecoveryAction,
  podName?: string,
): Promise<void> {
  const name = action.toLowerCase();
  const startedMs = Date.now();
  await askForRecovery(scene, name, { guardName: etcd.name, action, ...(podName ? { target: { podName } } : {}) });
  const { recovery, sleepers } = await lives.sleepAtEach(name);
  expect(recovery.status).toMatchObject({ state: 'Succeeded' });
  await etcd.untilHealthy();
  const before = await stateOf(scene, etcd);
  const made: object[] = [];
  for (const sleeper of sleepers) {
    const changes = await sleeper.wake();
    if (changes.length > 0) made.push({ at: sleeper.at, changes });
  }
  scene.measurements[`${name}Sleepers`] = sleepers.length;
  scene.measurements[`${name}Ms`] = Date.now() - startedMs;
  expect(made).toEqual([
    // Seen to be late, and taken away again.
    {
      at: expect.stringMatching(/^create ConfigMap/),
      changes: [expect.stringMatching(/^create ConfigMap/), expect.stringMatching(/^delete ConfigMap/)],
    },
  ]);
  expect(await stateOf(scene, etcd)).toEqual(before);
}
