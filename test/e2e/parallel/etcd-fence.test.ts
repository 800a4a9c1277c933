import { expect } from '@jest/globals';
import { damage, removeData } from '../support/etcd-damage.ts';
import { expectRecovered, symptom } from '../support/etcd-outcome.ts';
import { startEtcdSet } from '../support/etcd-set.ts';
import { guardEtcd } from '../support/guard.ts';
import { Ledger } from '../support/ledger.ts';
import { approveAsTold, keepsOldData, untilAskedFor, untilRecovery } from '../support/recovery.ts';
import { scenario } from '../support/scenario.ts';

const patient = { timeoutMs: 180_000 };

scenario(
  'two of three members lose their data under state new: etcd is stopped before they form a second cluster, though its window is ten minutes, and one approval restores all from the third',
  async (scene) => {
    const etcd = await startEtcdSet(scene);
    await guardEtcd(scene, etcd.name);
    const [first = '', second = '', survivor = ''] = etcd.pods;
    await using ledger = Ledger.start(etcd);
    await ledger.further(100);

    const lostMs = Date.now();
    await Promise.all([first, second].map((pod) => damage(etcd, pod, removeData)));
    const broken = await symptom(scene);
    const fence = await untilAskedFor(scene, 'Fence');
    const { status: stopped } = await untilRecovery(scene, fence.metadata.name, 'Succeeded', patient);
    scene.measurements['stoppedMs'] = Date.now() - lostMs;
    expect(stopped).toMatchObject({ approvedBy: 'Policy', step: '2/2 PodsGone' });
    expect(stopped?.temporaryChanges).toBeUndefined();

    const { metadata, status } = await approveAsTold(scene, etcd.name, 'RestoreFromSnapshot');
    expect(status?.sources?.find(({ chosen }) => chosen)).toMatchObject({ name: survivor, usable: true });
    await untilRecovery(scene, metadata.name, 'Succeeded', patient);
    await expectRecovered(scene, broken, { etcd, ledger, mayLoseSinceMs: lostMs - 1_000 });
    expect(await keepsOldData(etcd, metadata.uid, [survivor])).toBe(true);
    const mark = ['get', 'statefulset', etcd.name, '--output', 'jsonpath={.metadata.annotations}'];
    expect(await scene.kubectl.run(mark)).not.toContain('fenced');
  },
  { timeoutMs: 600_000 },
);
