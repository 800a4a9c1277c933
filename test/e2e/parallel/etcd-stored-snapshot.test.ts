import { expect } from '@jest/globals';
import { damage, truncateDatabase } from '../support/etcd-damage.ts';
import { expectRecovered, symptom } from '../support/etcd-outcome.ts';
import { startEtcdSet } from '../support/etcd-set.ts';
import { Ledger } from '../support/ledger.ts';
import { approveAsTold, untilRecovery } from '../support/recovery.ts';
import { scenario } from '../support/scenario.ts';
import { guardWithSnapshots, untilSnapshot } from '../support/snapshots.ts';

const timeoutMs = 720_000;
const patient = { timeoutMs: 300_000 };

scenario(
  'no volume can be read any more: the guard asks to restore its stored snapshot, and what is missing was written since then',
  async (scene) => {
    const etcd = await startEtcdSet(scene);
    await using ledger = Ledger.start(etcd);
    await ledger.further(50);
    await guardWithSnapshots(scene, etcd.name, { quorumLossWindowSeconds: 20 });
    const { name, time } = await untilSnapshot(scene, etcd.name);
    // No further one, that would be of a moment that is not known here.
    await guardWithSnapshots(scene, etcd.name, { quorumLossWindowSeconds: 20, policy: { snapshot: 'Approve' } });
    await ledger.further(50);

    await Promise.all(etcd.pods.map((pod) => damage(etcd, pod, truncateDatabase)));
    const broken = await symptom(scene);
    const { metadata, status } = await approveAsTold(scene, etcd.name, 'RestoreFromSnapshot');
    expect(status?.sources?.find(({ chosen }) => chosen)).toMatchObject({ name });
    expect(status?.plan?.mayLose).toContain(`everything written since snapshot ${name} was saved, at ${time}`);
    await untilRecovery(scene, metadata.name, 'Succeeded', patient);
    await expectRecovered(scene, broken, { etcd, ledger, mayLoseSinceMs: Date.parse(time) });
  },
  { timeoutMs },
);
