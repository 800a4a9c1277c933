import { expect } from '@jest/globals';
import { expectRecovered, symptom } from '../../support/etcd-outcome.ts';
import { startEtcdSet } from '../../support/etcd-set.ts';
import { goBack, untilBack } from '../../support/going-back.ts';
import { guardEtcd } from '../../support/guard.ts';
import { Ledger } from '../../support/ledger.ts';
import { approveAsTold, untilRecovery } from '../../support/recovery.ts';
import { expectReplaced, idOf } from '../../support/replaced-member.ts';
import { scenario } from '../../support/scenario.ts';

scenario(
  'a member that was removed behind its back is replaced as approved, and by the page all of etcd goes back to what it held',
  async (scene) => {
    const etcd = await startEtcdSet(scene);
    await guardEtcd(scene, etcd.name);
    const [pod = ''] = await etcd.followers();
    const id = await idOf(etcd, pod);
    await using before = Ledger.start(etcd, { prefix: 'before/' });
    await before.further(100);
    await before.stop();
    await using since = Ledger.start(etcd, { prefix: 'since/' });
    await etcd.removeMember(pod);
    const removed = await symptom(scene);
    const { metadata } = await approveAsTold(scene, etcd.name, 'ReplaceMember');
    const recovery = await untilRecovery(scene, metadata.name, 'Succeeded', { timeoutMs: 300_000 });
    await since.further(50);
    await expectReplaced(scene, removed, { etcd, pod, id, ledger: since, recovery });
    expect(await before.missing()).toEqual([]);

    const wanted = await symptom(scene);
    await goBack(scene, 'After ReplaceMember', { etcd: etcd.name, recovery: metadata.name, pod, guard: etcd.name });
    await untilBack(scene, pod);
    await expectRecovered(scene, wanted, { etcd, ledger: before });
    expect((await since.missing()).length).toBeGreaterThanOrEqual(50);
  },
  { timeoutMs: 720_000 },
);
