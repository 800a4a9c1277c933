import { expect } from '@jest/globals';
import { damage, flipInLog, truncateDatabase } from '../support/etcd-damage.ts';
import { expectRecovered, symptom } from '../support/etcd-outcome.ts';
import { startEtcdSet } from '../support/etcd-set.ts';
import { defaultEtcdOptions, etcdObjects } from '../support/etcd-stateful-set.ts';
import { guardEtcd } from '../support/guard.ts';
import { Ledger } from '../support/ledger.ts';
import {
  approve,
  approveAsTold,
  askForRecovery,
  keepsOldData,
  untilAskedFor,
  untilRecovery,
} from '../support/recovery.ts';
import { scenario } from '../support/scenario.ts';

const timeoutMs = 720_000;
const patient = { timeoutMs: 300_000 };

scenario(
  'a member that was away while the others took writes is no source: the best of all volumes is taken, and nothing is lost',
  async (scene) => {
    const { kubectl } = scene;
    const etcd = await startEtcdSet(scene);
    const [stale = '', best = '', worst = ''] = etcd.pods;
    await using ledger = Ledger.start(etcd);
    await ledger.further(50);

    await kubectl.run(['delete', 'statefulset', etcd.name, '--cascade=orphan']);
    await kubectl.run(['delete', 'pod', stale]);
    await ledger.further(100);
    await ledger.stop();
    await kubectl.run(['delete', 'pods', best, worst]);
    await flipInLog(ledger.acknowledged[0]?.key ?? '')(`${await etcd.volumeFolder(best)}/data`);
    await truncateDatabase(`${await etcd.volumeFolder(worst)}/data`);
    await kubectl.apply(
      (await etcdObjects(etcd.name, scene.namespace, defaultEtcdOptions)).map((object) => {
        const { kind, spec } = object as { readonly kind: string; readonly spec: object };
        return kind === 'StatefulSet' ? { ...object, spec: { ...spec, replicas: 1 } } : object;
      }),
    );
    await etcd.untilLogged(stale, /no leader|elected|pre-candidate/i);
    const broken = await symptom(scene);
    await guardEtcd(scene, etcd.name);

    await askForRecovery(scene, 'survivor', { guardName: etcd.name, action: 'RebuildFromSurvivor' });
    const refused = await untilRecovery(scene, 'survivor', 'Refused', patient);
    expect(refused.status?.message).toContain(`the data of ${best} reaches further`);

    await askForRecovery(scene, 'restore', { guardName: etcd.name, action: 'RestoreFromSnapshot' });
    const { status, metadata } = await untilRecovery(scene, 'restore', 'AwaitingApproval', patient);
    expect(status?.sources?.find(({ chosen }) => chosen)).toMatchObject({ name: best });
    await approve(scene, 'restore', status?.planHash ?? '');
    await untilRecovery(scene, 'restore', 'Succeeded', patient);
    await expectRecovered(scene, broken, { etcd, ledger });
    expect(await keepsOldData(etcd, metadata.uid)).toBe(true);
  },
  { timeoutMs },
);

scenario(
  'all pods crash, for all data is damaged: the guard asks, one approval with the command that it prints, and what is missing lies within what the plan says',
  async (scene) => {
    const etcd = await startEtcdSet(scene);
    await guardEtcd(scene, etcd.name, { quorumLossWindowSeconds: 60 });
    await using ledger = Ledger.start(etcd);
    await ledger.further(100);
    const [whole = '', ...cut] = etcd.pods;
    const [first] = ledger.acknowledged;
    const stoppedMs = Date.now();
    await Promise.all([
      damage(etcd, whole, flipInLog(first?.key ?? '')),
      ...cut.map((pod) => damage(etcd, pod, truncateDatabase)),
    ]);
    const broken = await symptom(scene);

    const restart = await untilAskedFor(scene, 'RestartQuorum');
    const refused = await untilRecovery(scene, restart.metadata.name, 'Refused', patient);
    expect(refused.status?.message).toContain('0 of 3 members have intact data, 2 are needed');
    const { status, metadata } = await approveAsTold(scene, etcd.name, 'RestoreFromSnapshot');
    expect(status?.sources?.find(({ chosen }) => chosen)).toMatchObject({ name: whole });
    expect(status?.plan?.mayLose).toContain('stands only in its log, which cannot be read');
    await untilRecovery(scene, metadata.name, 'Succeeded', patient);
    await expectRecovered(scene, broken, { etcd, ledger, mayLoseSinceMs: stoppedMs - 1_000 });
    expect(await keepsOldData(etcd, metadata.uid)).toBe(true);
  },
  { timeoutMs },
);
