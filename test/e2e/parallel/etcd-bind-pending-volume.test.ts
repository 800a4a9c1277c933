import { expect } from '@jest/globals';
import { expectRecovered, symptom } from '../support/etcd-outcome.ts';
import { applyEtcdSet } from '../support/etcd-set.ts';
import { guardEtcd, untilDiagnosed } from '../support/guard.ts';
import { recoveriesOf, untilAskedFor, untilRecovery } from '../support/recovery.ts';
import { Ledger } from '../support/ledger.ts';
import { scenario } from '../support/scenario.ts';
import { defaultClass } from '../support/storage-classes.ts';

scenario(
  'claims of a storage class that does not exist get the one that the guard names, and the etcd comes up',
  async (scene) => {
    const { kubectl } = scene;
    const etcd = await applyEtcdSet(scene, { storageClass: 'never-made' });
    const broken = await symptom(scene);
    await using ledger = Ledger.start(etcd);
    await guardEtcd(scene, etcd.name);
    await untilDiagnosed(scene, etcd.name, 'VolumePending');
    expect(await recoveriesOf(scene, 'BindPendingVolume')).toEqual([]);
    const uidOf = () => kubectl.run(['get', 'statefulset', etcd.name, '--output', 'jsonpath={.metadata.uid}']);
    const uid = await uidOf();

    const spec = { storageClassName: defaultClass, policy: { bindPendingVolume: 'Auto' } };
    await kubectl.run(['patch', 'etcdguard', etcd.name, '--type', 'merge', '--patch', JSON.stringify({ spec })]);
    const asked = await untilAskedFor(scene, 'BindPendingVolume');
    const begunMs = Date.now();
    const ended = await untilRecovery(scene, asked.metadata.name, 'Succeeded', { timeoutMs: 120_000 });
    scene.measurements['boundMs'] = Date.now() - begunMs;
    expect(ended.status).toMatchObject({ approvedBy: 'Policy', step: '4/4 SeeBound' });

    await ledger.further(10); // the first ones: nothing could be written before
    await expectRecovered(scene, broken, { etcd, ledger });
    expect(await uidOf()).not.toBe(uid);
    const shape = await kubectl.run([
      ...['get', 'statefulset', etcd.name, '--output'],
      'jsonpath={.metadata.labels} {.spec.replicas} {.spec.volumeClaimTemplates[0].spec.storageClassName}',
    ]);
    expect(shape).toBe(
      `{"app.kubernetes.io/instance":"${etcd.name}","app.kubernetes.io/name":"etcd"} 3 ${defaultClass}`,
    );
    const claims = await kubectl.run([
      ...['get', 'pvc', '--output'],
      'jsonpath={range .items[*]}{.metadata.name} {.spec.storageClassName} {.status.phase}{"\\n"}{end}',
    ]);
    expect(claims.trim().split('\n')).toEqual(etcd.pods.map((pod) => `data-${pod} ${defaultClass} Bound`));
  },
  { timeoutMs: 480_000 },
);
