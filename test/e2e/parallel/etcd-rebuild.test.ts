import { expect } from '@jest/globals';
import { until } from '../../support/until.ts';
import { expectRecovered, symptom } from '../support/etcd-outcome.ts';
import { startEtcdSet } from '../support/etcd-set.ts';
import { guardEtcd } from '../support/guard.ts';
import { Ledger } from '../support/ledger.ts';
import { leadingPod, operatorKubectl } from '../support/operator.ts';
import { approve, askForRecovery, keepsOldData, untilRecovery, untilStep } from '../support/recovery.ts';
import { runCommandOf } from '../support/etcd-traps.ts';
import { scenario, type Scene } from '../support/scenario.ts';

const timeoutMs = 420_000;
const patient = { timeoutMs: 180_000 };

/** Whether every pod of the pair runs Milvus' garbage collection. */
async function collects({ kubectl }: Scene): Promise<boolean> {
  const pods = await kubectl.run(['get', 'pods', '--selector', 'ha.milvus.io/pair=datacoord', '--output', 'json']);
  return !pods.includes('"DATA_COORD_ENABLE_GARBAGE_COLLECTION"');
}

scenario(
  'the published steps half done: all members are restored from the one that runs, Milvus is stopped for it, and an operator killed in the middle changes nothing',
  async (scene) => {
    const etcd = await startEtcdSet(scene);
    const [survivor = '', ...emptied] = etcd.pods;
    const endpoints = [`${etcd.name}.${scene.namespace}.svc:2379`];
    const pair = await scene.applyPair('datacoord', { role: 'datacoord', etcd: { endpoints } });
    await pair.untilSteady();
    await using ledger = Ledger.start(etcd);
    await ledger.further(200);
    await ledger.stop();
    const ids = await etcd.memberIDs();

    await etcd.scale(1);
    for (const pod of emptied) await etcd.deleteClaim(pod);
    await etcd.scale(3);
    for (const pod of emptied) await etcd.untilLogged(pod, /has already been bootstrapped/);
    const broken = await symptom(scene);
    // Without being stopped first: that is another scenario.
    await guardEtcd(scene, etcd.name, { policy: { fence: 'Never' } });

    const startedMs = Date.now();
    await askForRecovery(scene, 'rebuild', { guardName: etcd.name, action: 'RebuildFromSurvivor' });
    const { status, metadata } = await untilRecovery(scene, 'rebuild', 'AwaitingApproval', patient);
    expect(status?.sources?.find(({ chosen }) => chosen)).toMatchObject({ name: survivor, usable: true });
    expect(status?.plan?.steps.join('\n')).toContain('garbage collection off in CoordinatorPair datacoord');
    expect(status?.plan?.mayLose).toContain(`what only ${emptied.join(' and ')} held`);
    await approve(scene, 'rebuild', '0123456789abcdef');
    await until(
      'the other hash to be refused',
      async () => {
        const { status: now } = await untilRecovery(scene, 'rebuild', 'AwaitingApproval');
        return now?.message?.includes('the approval of 0123456789abcdef does not fit');
      },
      patient,
    );
    expect((await pair.pods()).length).toBeGreaterThan(0);

    scene.measurements['plannedMs'] = Date.now() - startedMs;
    const approvedMs = Date.now();
    await approve(scene, 'rebuild', status?.planHash ?? '');
    await untilStep(scene, 'rebuild', 'LookCloser');
    expect(await pair.pods()).toEqual([]);
    const leader = await leadingPod(scene.client);
    await operatorKubectl(scene.cluster).run(['delete', 'pod', leader ?? '', '--grace-period=0', '--force']);

    const { status: ended } = await untilRecovery(scene, 'rebuild', 'Succeeded', patient);
    scene.measurements['rebuiltMs'] = Date.now() - approvedMs;
    expect(ended).toMatchObject({ approvedBy: 'Person', step: '10/10 StartMilvus' });
    expect(ended?.temporaryChanges).toBeUndefined();
    await expectRecovered(scene, broken, { etcd, ledger });
    expect(await etcd.memberIDs()).not.toEqual(ids);
    expect(await keepsOldData(etcd, metadata.uid)).toBe(true);
    await pair.untilSteady();
    expect(await collects(scene)).toBe(false);
    const asks = await pair.condition('RemediationRequired');
    await runCommandOf(scene, asks?.message ?? '', /kubectl annotate .*$/);
    await until('garbage collection to be on', () => collects(scene), { timeoutMs: 120_000, everyMs: 500 });
    await pair.untilSteady();
    expect(await scene.kubectl.run(['get', 'configmaps', '--output', 'name'])).not.toContain('etcd-recovery');
  },
  { timeoutMs },
);
