import { expect } from '@jest/globals';
import { truncateDatabase } from '../support/etcd-damage.ts';
import { expectRecovered, symptom } from '../support/etcd-outcome.ts';
import { startEtcdSet } from '../support/etcd-set.ts';
import { guardEtcd } from '../support/guard.ts';
import { Ledger } from '../support/ledger.ts';
import { askForRecovery, untilAskedFor, untilRecovery } from '../support/recovery.ts';
import { scenario } from '../support/scenario.ts';

scenario(
  'two of three members have intact data and are not started, and the third is damaged: by policy they are started, the third is replaced, and nothing is lost',
  async (scene) => {
    const etcd = await startEtcdSet(scene);
    await guardEtcd(scene, etcd.name, { quorumLossWindowSeconds: 20, policy: { replaceMember: 'Auto' } });
    const [first = '', second = '', third = ''] = etcd.pods;
    await using ledger = Ledger.start(etcd);
    await ledger.further(100);
    const ids = await etcd.memberIDs();

    await etcd.scale(1);
    await truncateDatabase(`${await etcd.volumeFolder(third)}/data`);
    const broken = await symptom(scene);
    await askForRecovery(scene, 'rebuild', { guardName: etcd.name, action: 'RestoreFromSnapshot' });
    const refused = await untilRecovery(scene, 'rebuild', 'Refused', { timeoutMs: 300_000 });
    expect(refused.status?.message).toContain('RestartQuorum starts them again and loses nothing');

    const restart = await untilAskedFor(scene, 'RestartQuorum');
    const { status } = await untilRecovery(scene, restart.metadata.name, 'Succeeded', { timeoutMs: 300_000 });
    expect(status).toMatchObject({ approvedBy: 'Policy', step: '4/4 QuorumIsBack' });
    expect(status?.message).toContain(`${third} is not healthy`);
    await etcd.untilHealthy([first, second]);
    expect(await etcd.memberIDs()).toEqual(ids);

    const replace = await untilAskedFor(scene, 'ReplaceMember');
    expect(replace.spec.target).toEqual({ podName: third });
    await untilRecovery(scene, replace.metadata.name, 'Succeeded', { timeoutMs: 300_000 });
    await expectRecovered(scene, broken, { etcd, ledger });
    expect(await etcd.memberIDs()).not.toEqual(ids);
  },
  { timeoutMs: 720_000 },
);
