import { expect } from '@jest/globals';
import { damage, flipInLog, truncateDatabase } from '../support/etcd-damage.ts';
import { expectRecovered, symptom } from '../support/etcd-outcome.ts';
import { startEtcdSet } from '../support/etcd-set.ts';
import { guardEtcd } from '../support/guard.ts';
import { Ledger } from '../support/ledger.ts';
import { approveAsTold, keepsOldData, untilAskedFor, untilRecovery } from '../support/recovery.ts';
import { scenario } from '../support/scenario.ts';

const timeoutMs = 720_000;
const patient = { timeoutMs: 300_000 };

scenario(
  'all pods crash, for all data is damaged: the guard asks, one approval with the command that it prints, and what is missing lies within what the plan says',
  async (scene) => {
    const etcd = await startEtcdSet(scene);
    await guardEtcd(scene, etcd.name, { quorumLossWindowSeconds: 20 });
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
