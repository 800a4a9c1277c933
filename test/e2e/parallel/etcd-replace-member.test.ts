import { expect } from '@jest/globals';
import { damage, deleteLog } from '../support/etcd-damage.ts';
import { symptom } from '../support/etcd-outcome.ts';
import { startEtcdSet } from '../support/etcd-set.ts';
import { guardEtcd } from '../support/guard.ts';
import { Ledger } from '../support/ledger.ts';
import { askForRecovery, untilRecovery } from '../support/recovery.ts';
import { expectReplaced, idOf, replaceMemberSteps, stepsOf } from '../support/replaced-member.ts';
import { scenario } from '../support/scenario.ts';

scenario(
  'an old image whose member has lost its log is emptied and adds itself again, by policy',
  async (scene) => {
    const etcd = await startEtcdSet(scene, { generation: 'G1' });
    await guardEtcd(scene, etcd.name, { policy: { replaceMember: 'Auto' } });
    const [pod = ''] = await etcd.followers();
    const id = await idOf(etcd, pod);
    await using ledger = Ledger.start(etcd);
    await ledger.further(50);

    await damage(etcd, pod, deleteLog);
    const broken = await symptom(scene);
    const target = { podName: pod };
    await askForRecovery(scene, 'replace', { guardName: etcd.name, action: 'ReplaceMember', target });
    const ended = await untilRecovery(scene, 'replace', 'Succeeded', { timeoutMs: 300_000 });

    expect(stepsOf(ended)).toEqual(replaceMemberSteps);
    expect(ended.status).toMatchObject({ approvedBy: 'Policy' });
    await expectReplaced(scene, broken, { etcd, pod, id, ledger, recovery: ended });
  },
  { timeoutMs: 480_000 },
);
