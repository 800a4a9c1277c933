import { chown } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import type { EtcdRecovery, RecoveryAction } from '../../../../src/api/etcd-recovery.ts';
import { until } from '../../../support/until.ts';
import {
  damage,
  emptyMemberID,
  fillQuota,
  loseAllButOne,
  removeData,
  truncateDatabase,
} from '../../support/etcd-damage.ts';
import { applyEtcdSet, startEtcdSet, type EtcdSet } from '../../support/etcd-set.ts';
import { etcdUser } from '../../support/etcd-stateful-set.ts';
import { guardEtcd } from '../../support/guard.ts';
import { Ledger } from '../../support/ledger.ts';
import { dyingAtEach, withoutOperator, type OperatorLives } from '../../support/operator-lives.ts';
import { askForRecovery, keepsOldData } from '../../support/recovery.ts';
import { replaceMemberSteps, stepsOf } from '../../support/replaced-member.ts';
import { scenario, type Scene } from '../../support/scenario.ts';
import { defaultClass } from '../../support/storage-classes.ts';
import { milvusDeployment } from '../../support/milvus-deployment.ts';

const timeoutMs = 900_000;

/** An etcd that is written to, and what carries out its recoveries. */
interface Stage {
  readonly scene: Scene;
  readonly lives: OperatorLives;
  readonly etcd: EtcdSet;
  readonly ledger: Ledger;
}

/** What every recovery writes in the same way: that these kill is seen once with a quorum and once without. */
const alike = /^(apply EtcdRecovery status|(create|update) Lease .*)$/;

/** Asks for a recovery, has operators die at each of its changes, and sees that it ends as if they had not. */
async function playDying(stage: Stage, action: RecoveryAction, podName?: string): Promise<EtcdRecovery> {
  const { scene, lives, etcd, ledger } = stage;
  const name = action.toLowerCase();
  const startedMs = Date.now();
  await askForRecovery(scene, name, { guardName: etcd.name, action, ...(podName ? { target: { podName } } : {}) });
  const thorough = action === 'ReplaceMember' || action === 'RebuildFromSurvivor';
  const { recovery, changes, killed } = await lives.play(name, dyingAtEach(thorough ? undefined : alike));
  scene.measurements[`${name}Changes`] = changes;
  scene.measurements[`${name}Killed`] = killed;
  scene.measurements[`${name}Ms`] = Date.now() - startedMs;
  expect(recovery.status).toMatchObject({ state: 'Succeeded' });
  expect(recovery.status?.temporaryChanges).toBeUndefined();
  // Beginning, noting and forgetting it are changes, too, and each kills two.
  expect(killed).toBeGreaterThan(8);
  await expectTidy(scene, recovery);
  await etcd.untilHealthy();
  expect((await etcd.members()).map(({ name: member }) => member).sort()).toEqual([...etcd.pods]);
  expect(await etcd.hashesEqual()).toBe(true);
  expect(await ledger.missing()).toEqual([]);
  return recovery;
}

/** Nothing is left but what a recovery leaves that nobody disturbed: its ended Jobs. */
async function expectTidy({ kubectl }: Scene, { metadata: { uid } }: EtcdRecovery): Promise<void> {
  const left = await kubectl.run(['get', 'configmaps,secrets', '--output', 'name']);
  expect(left).not.toContain('configmap/etcd-recovery');
  expect(left).not.toContain(uid);
  const fields = '{range .items[*]}{.metadata.name} {.status.active}{"\\n"}{end}';
  // A Job is told as running for a moment after the word of its pod was read.
  const allEnded = async () => {
    const jobs = await kubectl.run(['get', 'jobs', '--output', `jsonpath=${fields}`]);
    return !jobs.split('\n').some((line) => line.includes(uid) && !line.endsWith(' '));
  };
  await until('every Job of the recovery to have ended', allEnded, { timeoutMs: 30_000, everyMs: 500 });
}

scenario(
  'a member and a volume are replaced, and old data is removed, as if nobody had died: operators die before and after every change',
  async (scene) => {
    await withoutOperator(scene, async (lives) => {
      const etcd = await startEtcdSet(scene);
      await guardEtcd(scene, etcd.name);
      await using ledger = Ledger.start(etcd, { putsPerSecond: 20 });
      await ledger.further(50);
      const stage = { scene, lives, etcd, ledger };

      const [broken = ''] = await etcd.followers();
      await damage(etcd, broken, truncateDatabase);
      expect(stepsOf(await playDying(stage, 'ReplaceMember', broken))).toEqual(replaceMemberSteps);

      const [lost = ''] = (await etcd.followers()).filter((pod) => pod !== broken);
      const volume = await etcd.volumeFolder(lost);
      await damage(etcd, lost, removeData);
      await playDying(stage, 'ReplaceVolume', lost);
      expect(await etcd.volumeFolder(lost)).not.toBe(volume);

      const cleaned = await playDying(stage, 'Cleanup');
      expect(cleaned.status?.message).toContain(`${broken}/data.bak-`);
    });
  },
  { timeoutMs },
);

scenario(
  'a snapshot is saved, and space reclaimed, as if nobody had died: operators die before and after every change',
  async (scene) => {
    await withoutOperator(scene, async (lives) => {
      const etcd = await startEtcdSet(scene, { quotaBytes: 16 * 2 ** 20 });
      await guardEtcd(scene, etcd.name, { snapshots: { claimName: 'snapshots', intervalSeconds: 3600, keep: 2 } });
      await using ledger = Ledger.start(etcd, { putsPerSecond: 20 });
      await ledger.further(50);
      const stage = { scene, lives, etcd, ledger };

      await letWrite(scene, 'snapshots');
      const saved = await playDying(stage, 'Snapshot');
      expect(saved.status?.message).toMatch(/1 are kept, 0 removed$/);

      await fillQuota(etcd, { distinctKeys: 1 });
      await playDying(stage, 'ReclaimSpace');
      expect(await etcd.etcdctl(['alarm', 'list'])).toBe('');
      await ledger.further(ledger.acknowledged.length + 10);
    });
  },
  { timeoutMs },
);

scenario(
  'pending volumes are bound, members defragmented, the leader moved, and an etcd at zero restored from the best of its volumes, as if nobody had died: operators die before and after every change',
  async (scene) => {
    await withoutOperator(scene, async (lives) => {
      const etcd = await applyEtcdSet(scene, { storageClass: 'never-made' });
      await guardEtcd(scene, etcd.name, { storageClassName: defaultClass });
      await using ledger = Ledger.start(etcd, { putsPerSecond: 20 });
      const stage = { scene, lives, etcd, ledger };

      await playDying(stage, 'BindPendingVolume');
      await playDying(stage, 'Defragment');
      const followers = await etcd.followers();
      await playDying(stage, 'MoveLeader');
      expect(await etcd.followers()).not.toEqual(followers);
      await ledger.further(50);
      await ledger.stop();

      await etcd.scale(0);
      const [best = '', ...others] = etcd.pods;
      for (const pod of others) await removeData(join(await etcd.volumeFolder(pod), 'data'));
      const { metadata } = await playDying(stage, 'RestoreFromSnapshot');
      expect(await keepsOldData(etcd, metadata.uid, [best])).toBe(true);
    });
  },
  { timeoutMs },
);

scenario(
  'a lost quorum is brought back, and an etcd rebuilt, as if nobody had died: operators die before and after every change',
  async (scene) => {
    await withoutOperator(scene, async (lives) => {
      const { kubectl } = scene;
      const etcd = await startEtcdSet(scene);
      await kubectl.apply(milvusDeployment);
      await guardEtcd(scene, etcd.name, { milvus: { workloadSelector: milvusDeployment.spec.selector } });
      await using ledger = Ledger.start(etcd, { putsPerSecond: 20 });
      await ledger.further(50);
      const stage = { scene, lives, etcd, ledger };

      await etcd.scale(1);
      await playDying(stage, 'RestartQuorum');
      await ledger.further(ledger.acknowledged.length + 10);
      await ledger.stop();

      await loseAllButOne(etcd);
      const { metadata } = await playDying(stage, 'RebuildFromSurvivor');
      expect(await keepsOldData(etcd, metadata.uid)).toBe(true);
      const replicas = ['get', 'deployment', 'milvus', '--output', 'jsonpath={.spec.replicas}'];
      expect(await kubectl.run(replicas)).toBe('2');
    });
  },
  { timeoutMs },
);

scenario(
  'an empty member_id is moved away, as if nobody had died: operators die before and after every change',
  async (scene) => {
    await withoutOperator(scene, async (lives) => {
      const etcd = await startEtcdSet(scene, { generation: 'G1' });
      await guardEtcd(scene, etcd.name);
      await using ledger = Ledger.start(etcd, { putsPerSecond: 20 });
      await ledger.further(50);
      const [pod = ''] = await etcd.followers();
      await damage(etcd, pod, emptyMemberID);
      await etcd.untilEnded(pod, 128);
      await playDying({ scene, lives, etcd, ledger }, 'ClearMemberID', pod);
    });
  },
  { timeoutMs },
);

/** Makes a claim that etcd's user may write to: the provisioner of the local cluster takes no notice of fsGroup. */
async function letWrite({ kubectl }: Scene, name: string): Promise<void> {
  await kubectl.apply({
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
  });
  await kubectl.run(['wait', '--for=jsonpath={.status.phase}=Bound', `pvc/${name}`, '--timeout=60s']);
  const volume = await kubectl.run(['get', 'pvc', name, '--output', 'jsonpath={.spec.volumeName}']);
  const folder = await kubectl.run(['get', 'pv', volume, '--output', 'jsonpath={.spec.hostPath.path}']);
  await until('the folder of the snapshots', async () => (await chown(folder, etcdUser, etcdUser), true));
}
