import { expect } from '@jest/globals';
import { damage, deleteLog, removeData, type Damage } from '../../support/etcd-damage.ts';
import { symptom } from '../../support/etcd-outcome.ts';
import { startEtcdSet, type EtcdSet } from '../../support/etcd-set.ts';
import { guardEtcd } from '../../support/guard.ts';
import { Ledger } from '../../support/ledger.ts';
import { recoveriesOf, untilAskedFor, untilRecovery } from '../../support/recovery.ts';
import { expectReplaced, idOf } from '../../support/replaced-member.ts';
import { scenario, type Scene } from '../../support/scenario.ts';

scenario(
  'a member loses its log, and another one its whole directory: by policy each is replaced as the guard sees it, and nothing is lost',
  async (scene) => {
    const etcd = await startEtcdSet(scene);
    const { pods } = etcd;
    await guardEtcd(scene, etcd.name, { policy: { replaceMember: 'Auto' }, budget: { perHour: 10, perDay: 10 } });
    const [one = ''] = await etcd.followers();
    await destroyed(scene, etcd, one, deleteLog);
    const other = (await etcd.followers()).find((pod) => pod !== one) ?? '';
    expect(pods).toContain(other);
    await destroyed(scene, etcd, other, removeData);
  },
  { timeoutMs: 720_000 },
);

async function destroyed(scene: Scene, etcd: EtcdSet, pod: string, how: Damage): Promise<void> {
  const id = await idOf(etcd, pod);
  const before = (await recoveriesOf(scene, 'ReplaceMember')).length;
  await using ledger = Ledger.start(etcd, { prefix: `ledger-${before}/` });
  await ledger.further(100);
  await damage(etcd, pod, how);
  const broken = await symptom(scene);
  const asked = await untilAskedFor(scene, 'ReplaceMember', pod);
  const recovery = await untilRecovery(scene, asked.metadata.name, 'Succeeded', { timeoutMs: 300_000 });
  expect(recovery.status).toMatchObject({ approvedBy: 'Policy' });
  await expectReplaced(scene, broken, { etcd, pod, id, ledger, recovery });
}
