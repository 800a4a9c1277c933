import { expect } from '@jest/globals';
import { expectRecovered, symptom } from '../../support/etcd-outcome.ts';
import { startEtcdSet } from '../../support/etcd-set.ts';
import { guardEtcd } from '../../support/guard.ts';
import { Ledger } from '../../support/ledger.ts';
import { approveAsTold, keepsOldData, untilAskedFor, untilRecovery } from '../../support/recovery.ts';
import { scenario } from '../../support/scenario.ts';

scenario(
  'the first two volumes are lost and the template says existing: the guard asks, a person approves with the command that it prints, and all are restored from the third',
  async (scene) => {
    const { kubectl } = scene;
    const etcd = await startEtcdSet(scene);
    // As an upgrade by Helm leaves the template, but for restarting the pods.
    await etcd.change({ initialClusterState: 'existing', updateStrategy: 'OnDelete' });
    await guardEtcd(scene, etcd.name, { quorumLossWindowSeconds: 20 });
    const [first = '', second = '', survivor = ''] = etcd.pods;
    await using ledger = Ledger.start(etcd);
    await ledger.further(100);

    const stoppedMs = Date.now();
    await kubectl.run(['delete', 'statefulset', etcd.name, '--cascade=orphan']);
    await kubectl.run(['delete', 'pods', first, second]);
    for (const pod of [first, second]) await etcd.deleteClaim(pod);
    await etcd.change({});
    for (const pod of [first, second]) await etcd.untilLogged(pod, /No active endpoints in cluster/);
    const broken = await symptom(scene);

    const restart = await untilAskedFor(scene, 'RestartQuorum');
    const refused = await untilRecovery(scene, restart.metadata.name, 'Refused', { timeoutMs: 120_000 });
    expect(refused.status?.message).toContain('1 of 3 members have intact data, 2 are needed');
    const { metadata, status } = await approveAsTold(scene, etcd.name, 'RebuildFromSurvivor');
    expect(status?.sources?.find(({ chosen }) => chosen)).toMatchObject({ name: survivor, usable: true });
    expect(status?.plan?.mayLose).toContain(`what only ${first} and ${second} held`);
    await untilRecovery(scene, metadata.name, 'Succeeded', { timeoutMs: 300_000 });

    await expectRecovered(scene, broken, { etcd, ledger, mayLoseSinceMs: stoppedMs - 1_000 });
    expect(await keepsOldData(etcd, metadata.uid, [survivor])).toBe(true);
  },
  { timeoutMs: 720_000 },
);
