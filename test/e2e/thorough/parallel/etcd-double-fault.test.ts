import { expect } from '@jest/globals';
import { damage, loseAllButOne, removeData, truncateDatabase } from '../../support/etcd-damage.ts';
import { expectRecovered, symptom } from '../../support/etcd-outcome.ts';
import { startEtcdSet } from '../../support/etcd-set.ts';
import { guardEtcd } from '../../support/guard.ts';
import { Ledger } from '../../support/ledger.ts';
import {
  approve,
  approveAsTold,
  askForRecovery,
  keepsOldData,
  untilRecovery,
  untilStep,
} from '../../support/recovery.ts';
import { scenario } from '../../support/scenario.ts';

const timeoutMs = 900_000;
const patient = { timeoutMs: 360_000 };

scenario(
  'a second member loses its data while the first is replaced: the replacement gives up, all are rebuilt from the last as the guard asks, and nothing is lost',
  async (scene) => {
    const etcd = await startEtcdSet(scene);
    await guardEtcd(scene, etcd.name, { quorumLossWindowSeconds: 20 });
    await using ledger = Ledger.start(etcd);
    await ledger.further(100);
    const [first = '', second = ''] = await etcd.followers();
    const last = etcd.pods.find((pod) => pod !== first && pod !== second) ?? '';

    await damage(etcd, first, removeData);
    const broken = await symptom(scene);
    const target = { podName: first };
    await askForRecovery(scene, 'replace', { guardName: etcd.name, action: 'ReplaceMember', target });
    const planned = await untilRecovery(scene, 'replace', 'AwaitingApproval');
    await approve(scene, 'replace', planned.status?.planHash ?? '');
    await untilStep(scene, 'replace', 'RestartPod');
    await damage(etcd, second, truncateDatabase);

    const given = await untilRecovery(scene, 'replace', 'Failed', patient);
    expect(given.status?.message).toContain('another member broke while this one was replaced');
    const { metadata, status } = await approveAsTold(scene, etcd.name, 'RebuildFromSurvivor');
    expect(status?.sources?.find(({ chosen }) => chosen)).toMatchObject({ name: last, usable: true });
    await untilRecovery(scene, metadata.name, 'Succeeded', patient);
    await expectRecovered(scene, broken, { etcd, ledger });
    expect(await keepsOldData(etcd, metadata.uid, [second, last])).toBe(true);
    const strategy = ['get', 'statefulset', etcd.name, '--output', 'jsonpath={.spec.updateStrategy.type}'];
    expect(await scene.kubectl.run(strategy)).toBe('RollingUpdate');
  },
  { timeoutMs },
);

scenario(
  'the last good data breaks during the rebuild, after it was saved: all are restored from what was saved, and nothing is lost',
  async (scene) => {
    const etcd = await startEtcdSet(scene);
    const [survivor = ''] = etcd.pods;
    await using ledger = Ledger.start(etcd);
    await ledger.further(100);
    await ledger.stop();
    await loseAllButOne(etcd);
    const broken = await symptom(scene);
    await guardEtcd(scene, etcd.name);

    await askForRecovery(scene, 'rebuild', { guardName: etcd.name, action: 'RebuildFromSurvivor' });
    const { status, metadata } = await untilRecovery(scene, 'rebuild', 'AwaitingApproval', patient);
    expect(status?.sources?.find(({ chosen }) => chosen)).toMatchObject({ name: survivor, usable: true });
    await approve(scene, 'rebuild', status?.planHash ?? '');
    await untilStep(scene, 'rebuild', 'StopEtcd');
    await damage(etcd, survivor, truncateDatabase);
    await untilRecovery(scene, 'rebuild', 'Succeeded', patient);
    await expectRecovered(scene, broken, { etcd, ledger });
    expect(await keepsOldData(etcd, metadata.uid)).toBe(true);
  },
  { timeoutMs },
);
