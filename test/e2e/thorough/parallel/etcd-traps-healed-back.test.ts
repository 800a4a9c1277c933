import { readdir } from 'node:fs/promises';
import { expect } from '@jest/globals';
import { until } from '../../../support/until.ts';
import { expectRecovered, symptom } from '../../support/etcd-outcome.ts';
import { startEtcdSet } from '../../support/etcd-set.ts';
import {
  applyWorkload,
  halfFollowPublishedSteps,
  heal,
  readRecovery,
  replicasOf,
  runCommandOf,
  untilTold,
} from '../../support/etcd-traps.ts';
import { guardEtcd } from '../../support/guard.ts';
import { Ledger } from '../../support/ledger.ts';
import { approve, askForRecovery, keepsOldData, untilRecovery } from '../../support/recovery.ts';
import { scenario } from '../../support/scenario.ts';

const patient = { timeoutMs: 240_000 };

scenario(
  'a controller that puts replicas back pauses a rebuild: the command that stops it is told, and when it was run the rebuild goes on',
  async (scene) => {
    const etcd = await startEtcdSet(scene);
    const labels = { part: 'milvus' };
    await applyWorkload(scene, 'proxy', labels);
    await guardEtcd(scene, etcd.name, { milvus: { workloadSelector: { matchLabels: labels } } });
    await using ledger = Ledger.start(etcd);
    await ledger.further(50);
    await ledger.stop();
    await halfFollowPublishedSteps(etcd);
    const broken = await symptom(scene);
    await askForRecovery(scene, 'rebuild', { guardName: etcd.name, action: 'RebuildFromSurvivor' });
    const { status } = await untilRecovery(scene, 'rebuild', 'AwaitingApproval', patient);
    expect(status?.plan?.steps[0]).toContain('Deployment proxy');

    await using proxies = heal(scene, 'Deployment', 'proxy', 1);
    await using members = heal(scene, 'StatefulSet', etcd.name, 3);
    await approve(scene, 'rebuild', status?.planHash ?? '');
    const ofMilvus = await untilTold(
      scene,
      'rebuild',
      /^Milvus was started again: Deployment proxy asks for 1/,
      patient,
    );
    expect(ofMilvus).toContain('set by the field manager argocd-controller: Argo CD heals it; stop that for the time');
    expect((await readRecovery(scene, 'rebuild'))?.status).toMatchObject({ state: 'Running', step: '1/10 StopMilvus' });
    expect(members.times()).toBe(0);
    await proxies[Symbol.asyncDispose]();
    await runCommandOf(scene, ofMilvus, /kubectl -n \S+ scale deployment proxy --replicas=0/);

    // A pause, or the end where etcd had got to nothing before it was put back: both before any volume is touched.
    const ofEtcd = await untilTold(scene, 'rebuild', /StatefulSet milvus-etcd asks for 3/, patient);
    expect(ofEtcd).toContain('Argo CD heals it; stop that for the time: kubectl -n argocd patch application');
    const healed = members.times();
    expect(healed).toBeGreaterThan(0);
    const looked = Date.now();
    await until('some looks to pass', () => Date.now() - looked > 4_000);
    // It does not fight.
    expect(members.times()).toBe(healed);
    for (const pod of etcd.pods)
      expect((await readdir(await etcd.volumeFolder(pod))).filter((name) => /^data\../.test(name))).toEqual([]);
    await members[Symbol.asyncDispose]();
    await runCommandOf(scene, ofEtcd, /kubectl -n \S+ scale statefulset milvus-etcd --replicas=0/);

    const paused = (await readRecovery(scene, 'rebuild'))?.status?.state === 'Running';
    const name = paused ? 'rebuild' : 'again';
    if (!paused) {
      expect(await replicasOf(scene, 'Deployment', 'proxy')).toBe(1);
      await askForRecovery(scene, name, { guardName: etcd.name, action: 'RestoreFromSnapshot' });
      const again = await untilRecovery(scene, name, 'AwaitingApproval', patient);
      await approve(scene, name, again.status?.planHash ?? '');
    }
    const { metadata } = await untilRecovery(scene, name, 'Succeeded', patient);
    await expectRecovered(scene, broken, { etcd, ledger });
    expect(await keepsOldData(etcd, metadata.uid, etcd.pods.slice(0, 1))).toBe(true); // the others had none
    expect(await replicasOf(scene, 'Deployment', 'proxy')).toBe(1);
  },
  { timeoutMs: 600_000 },
);
