import { expect } from '@jest/globals';
import { until } from '../../../support/until.ts';
import { damage, removeData } from '../../support/etcd-damage.ts';
import { symptom } from '../../support/etcd-outcome.ts';
import { startEtcdSet } from '../../support/etcd-set.ts';
import { guardEtcd } from '../../support/guard.ts';
import { Ledger } from '../../support/ledger.ts';
import { approve, askForRecovery, untilRecovery } from '../../support/recovery.ts';
import { expectReplaced, idOf } from '../../support/replaced-member.ts';
import { scenario } from '../../support/scenario.ts';

scenario(
  'what a person did in the wrong order is refused by name while a member of theirs waits to start, and led out of when it was removed too early',
  async (scene) => {
    const etcd = await startEtcdSet(scene);
    await guardEtcd(scene, etcd.name);
    const [pod = ''] = await etcd.followers();
    const id = await idOf(etcd, pod);
    await using ledger = Ledger.start(etcd);
    await ledger.further(100);
    // Added before the other one is removed, and under an address where nothing runs. Once a voter is down etcd says
    // "unhealthy cluster" to any such wish by itself.
    const add = (name: string) => etcd.etcdctl(['member', 'add', name, '--learner', `--peer-urls=http://${name}:2380`]);
    // Members count as healthy for this when they have been connected for five seconds.
    await until('a member of a person to be added', () => add('mine'), { timeoutMs: 60_000, everyMs: 1_000 });
    await damage(etcd, pod, removeData);
    const broken = await symptom(scene);
    await etcd.untilLogged(pod, /has already been bootstrapped|member count is unequal/);
    await expect(add('mine-too')).rejects.toThrow(/unhealthy cluster|too many learner members/);
    const target = { podName: pod };
    await askForRecovery(scene, 'early', { guardName: etcd.name, action: 'ReplaceMember', target });
    const { status: refused } = await untilRecovery(scene, 'early', 'Refused');
    const stranger = (await etcd.members()).find(({ started }) => !started)?.id ?? '';
    expect(refused?.message).toContain(stranger);
    await etcd.etcdctl(['member', 'remove', stranger]);

    // Removed while the template says `new`: the member takes itself for one of a new cluster.
    await etcd.removeMember(pod);
    await etcd.untilLogged(pod, /member count is unequal|permanently removed/);
    await askForRecovery(scene, 'replace', { guardName: etcd.name, action: 'ReplaceMember', target });
    const { status } = await untilRecovery(scene, 'replace', 'AwaitingApproval');
    expect(status?.plan?.steps.join('\n')).toContain(`the members know none in ${pod} any more`);
    await approve(scene, 'replace', status?.planHash ?? '');
    const recovery = await untilRecovery(scene, 'replace', 'Succeeded', { timeoutMs: 420_000 });
    await expectReplaced(scene, broken, { etcd, pod, id, ledger, recovery });
  },
  { timeoutMs: 720_000 },
);
