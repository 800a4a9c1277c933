import { expect } from '@jest/globals';
import { until } from '../../../support/until.ts';
import { damage, truncateDatabase } from '../../support/etcd-damage.ts';
import { symptom } from '../../support/etcd-outcome.ts';
import { startEtcdSet } from '../../support/etcd-set.ts';
import { guardEtcd, untilDiagnosed } from '../../support/guard.ts';
import { Ledger } from '../../support/ledger.ts';
import { killLeadingOperator } from '../../support/operator.ts';
import { approve, askForRecovery, untilRecovery } from '../../support/recovery.ts';
import { expectReplaced, idOf, replaceMemberSteps, stepsOf } from '../../support/replaced-member.ts';
import { scenario } from '../../support/scenario.ts';

scenario(
  'a member with a broken database is replaced by a learner as approved, though the operator is killed half way',
  async (scene) => {
    const etcd = await startEtcdSet(scene);
    await guardEtcd(scene, etcd.name);
    const [pod = ''] = await etcd.followers();
    const id = await idOf(etcd, pod);
    await using ledger = Ledger.start(etcd);
    await ledger.further(100);

    await damage(etcd, pod, truncateDatabase);
    const broken = await symptom(scene);
    const guard = await untilDiagnosed(scene, etcd.name, 'DataDamaged');
    expect(guard.status?.diagnosis).toMatchObject({ pods: [pod], action: 'ReplaceMember' });
    const target = { podName: pod };
    await askForRecovery(scene, 'replace', { guardName: etcd.name, action: 'ReplaceMember', target });

    const planned = await untilRecovery(scene, 'replace', 'AwaitingApproval');
    expect(planned.status?.plan?.mayLose).toMatch(/^nothing/);
    await approve(scene, 'replace', '0123456789abcdef');
    await until('the other hash to be refused', async () => {
      const { status } = await untilRecovery(scene, 'replace', 'AwaitingApproval');
      return status?.message?.includes('the approval of 0123456789abcdef does not fit');
    });
    expect(await etcd.memberIDs()).toContain(id);

    const approvedMs = Date.now();
    await approve(scene, 'replace', planned.status?.planHash ?? '');
    await until('the member to be removed', async () => !(await etcd.memberIDs()).includes(id), {
      timeoutMs: 90_000,
      everyMs: 100,
    });
    await killLeadingOperator(scene);
    const ended = await untilRecovery(scene, 'replace', 'Succeeded', { timeoutMs: 180_000 });
    scene.measurements['replacedMs'] = Date.now() - approvedMs;
    scene.measurements['withoutWritesMs'] = ledger.longestGapMs;

    expect(stepsOf(ended)).toEqual(replaceMemberSteps);
    expect(ended.status).toMatchObject({ approvedBy: 'Person' });
    await expectReplaced(scene, broken, { etcd, pod, id, ledger, recovery: ended });
    const strategy = ['get', 'statefulset', etcd.name, '--output', 'jsonpath={.spec.updateStrategy.type}'];
    expect(await scene.kubectl.run(strategy)).toBe('RollingUpdate');
  },
  { timeoutMs: 480_000 },
);
