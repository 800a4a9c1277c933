import { expect } from '@jest/globals';
import { damage, deleteLog, removeData, truncateDatabase } from '../../support/etcd-damage.ts';
import { expectRecovered, symptom } from '../../support/etcd-outcome.ts';
import { accessSpec, claimSnapshots, playReplacement, untilSnapshot } from '../../support/etcd-plays.ts';
import { startEtcdSet } from '../../support/etcd-set.ts';
import { guardEtcd } from '../../support/guard.ts';
import { Ledger } from '../../support/ledger.ts';
import { makeNodeVolumes, restrictPods } from '../../support/node-volumes.ts';
import { approve, askForRecovery, keepsOldData, untilRecovery } from '../../support/recovery.ts';
import { scenario } from '../../support/scenario.ts';

const timeoutMs = 600_000;
const patient = { timeoutMs: 360_000 };

scenario(
  'of five members with certificates and users one is replaced; with two that are bad none is, and the order to do it by hand is told',
  async (scene) => {
    await restrictPods(scene);
    await using volumes = await makeNodeVolumes(scene, { perNode: 2 });
    const { storageClass } = volumes;
    const options = { members: 5, tls: true, auth: true, volumePermissions: false, storageClass };
    const etcd = await startEtcdSet(scene, options);
    await guardEtcd(scene, etcd.name, accessSpec(etcd.name, options));
    await playReplacement(scene, etcd, removeData);

    const [first = '', second = ''] = await etcd.followers();
    await Promise.all([damage(etcd, first, deleteLog), damage(etcd, second, deleteLog)]);
    const target = { podName: first };
    await askForRecovery(scene, 'one-of-two', { guardName: etcd.name, action: 'ReplaceMember', target });
    const { status } = await untilRecovery(scene, 'one-of-two', 'Refused', patient);
    expect(status?.message).toContain(second);
    expect(status?.message).toContain(
      'is not healthy either: one member is replaced only while all others are healthy',
    );
    expect(status?.message).toContain('(3) etcdctl member remove each of the sick ones');
    expect(await etcd.memberIDs()).toHaveLength(5);
  },
  { timeoutMs },
);

scenario(
  'the only member of an etcd has lost its log and its database: all of it comes back from the stored snapshot, as approved',
  async (scene) => {
    await using volumes = await makeNodeVolumes(scene, { perNode: 1 });
    const { storageClass } = volumes;
    const etcd = await startEtcdSet(scene, { members: 1, volumePermissions: false, storageClass });
    await using ledger = Ledger.start(etcd);
    await ledger.further(50);
    await ledger.stop();
    await guardEtcd(scene, etcd.name, { snapshots: await claimSnapshots(scene, storageClass) });
    const saved = await untilSnapshot(scene, etcd.name);

    const [pod = ''] = etcd.pods;
    await damage(etcd, pod, async (dataDir) => {
      await truncateDatabase(dataDir);
      await deleteLog(dataDir);
    });
    const broken = await symptom(scene);
    await askForRecovery(scene, 'restore', { guardName: etcd.name, action: 'RestoreFromSnapshot' });
    const { status, metadata } = await untilRecovery(scene, 'restore', 'AwaitingApproval', patient);
    expect(status?.sources?.find(({ chosen }) => chosen)).toMatchObject({ name: saved.name, usable: true });
    expect(status?.plan?.mayLose).toContain(`everything written since snapshot ${saved.name}`);
    await approve(scene, 'restore', status?.planHash ?? '');
    await untilRecovery(scene, 'restore', 'Succeeded', patient);
    await expectRecovered(scene, broken, { etcd, ledger });
    expect(await keepsOldData(etcd, metadata.uid)).toBe(true);
  },
  { timeoutMs },
);
