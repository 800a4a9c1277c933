import { expect } from '@jest/globals';
import { until } from '../../../support/until.ts';
import { startEtcdSet } from '../../support/etcd-set.ts';
import {
  applyWorkload,
  halfFollowPublishedSteps,
  readRecovery,
  replicasOf,
  untilReason,
  untilTold,
} from '../../support/etcd-traps.ts';
import { Ledger } from '../../support/ledger.ts';
import { approve, askForRecovery, untilRecovery } from '../../support/recovery.ts';
import { scenario, type Scene } from '../../support/scenario.ts';

const patient = { timeoutMs: 240_000 };
const labels = { part: 'milvus' };

/** A guard of an etcd; two may be made for the same one. */
const applyGuard = ({ kubectl }: Scene, name: string, statefulSetName: string): Promise<void> =>
  kubectl.apply({
    apiVersion: 'ha.milvus.io/v1alpha1',
    kind: 'EtcdGuard',
    metadata: { name },
    spec: { statefulSetName, milvus: { workloadSelector: { matchLabels: labels } } },
  });

scenario(
  'two guards of one etcd say so and one repairs; a second recovery waits; one that is deleted while it runs puts back what it changed before it goes',
  async (scene) => {
    const { kubectl } = scene;
    const etcd = await startEtcdSet(scene);
    await applyWorkload(scene, 'proxy', labels);
    await using ledger = Ledger.start(etcd);
    await ledger.further(50);
    await ledger.stop();
    await halfFollowPublishedSteps(etcd);

    await applyGuard(scene, 'first', etcd.name);
    await untilReason(scene, 'first', 'Conflict', 'NoConflict');
    const second = Date.now();
    await until('another second', () => Date.now() - second > 1_100); // creation times are of whole seconds
    await applyGuard(scene, 'second', etcd.name);
    const looks = await untilReason(scene, 'second', 'Conflict', 'AnotherGuard');
    expect(looks.message).toContain('EtcdGuard first is older and looks after the same StatefulSet');
    await untilReason(scene, 'first', 'Conflict', 'YoungerGuard');
    await askForRecovery(scene, 'of-second', { guardName: 'second', action: 'RebuildFromSurvivor' });
    const refused = await untilRecovery(scene, 'of-second', 'Refused');
    expect(refused.status?.message).toContain('this one repairs nothing; delete one of them, or name the older one');

    const about = { guardName: 'first', action: 'RebuildFromSurvivor' } as const;
    await askForRecovery(scene, 'rebuild', about);
    await askForRecovery(scene, 'other', about);
    const planned = await untilRecovery(scene, 'rebuild', 'AwaitingApproval', patient);
    const others = await untilRecovery(scene, 'other', 'AwaitingApproval', patient);
    expect(others.status?.planHash).not.toBe(planned.status?.planHash);
    await approve(scene, 'rebuild', planned.status?.planHash ?? '');
    await untilRecovery(scene, 'rebuild', 'Running');
    await approve(scene, 'other', others.status?.planHash ?? '');
    await untilTold(scene, 'other', /waits for EtcdRecovery rebuild, which is at this etcd/);
    await until(
      'etcd to be stopped',
      async () => (await readRecovery(scene, 'rebuild'))?.status?.step?.endsWith('StopEtcd'),
      patient,
    );
    await kubectl.run(['patch', 'etcdrecovery', 'other', '--type=merge', '--patch', '{"spec":{"cancel":true}}']);
    await untilRecovery(scene, 'other', 'Cancelled');
    await kubectl.run(['delete', 'etcdrecovery', 'rebuild', '--wait=false']);
    await until(
      'the deleted one to be gone',
      async () => (await readRecovery(scene, 'rebuild')) === undefined,
      patient,
    );
    expect(await replicasOf(scene, 'Deployment', 'proxy')).toBe(1);
    expect(await replicasOf(scene, 'StatefulSet', etcd.name)).toBe(3);
    await untilReason(scene, 'first', 'RecoveryInProgress', 'NoRecovery');
    await untilReason(scene, 'second', 'RecoveryInProgress', 'NoRecovery');
    const kept = await kubectl.run(['get', 'configmaps', '--output', 'name']);
    expect(kept).not.toContain(`etcd-recovery-${etcd.name}`);
  },
  { timeoutMs: 600_000 },
);
