import { expect } from '@jest/globals';
import { flipInLog, truncateDatabase } from '../../support/etcd-damage.ts';
import { expectRecovered, symptom } from '../../support/etcd-outcome.ts';
import { startEtcdSet } from '../../support/etcd-set.ts';
import { defaultEtcdOptions, etcdObjects } from '../../support/etcd-stateful-set.ts';
import { guardEtcd } from '../../support/guard.ts';
import { Ledger } from '../../support/ledger.ts';
import { approve, askForRecovery, keepsOldData, untilRecovery } from '../../support/recovery.ts';
import { scenario } from '../../support/scenario.ts';

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
