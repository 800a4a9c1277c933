import { expect } from '@jest/globals';
import { startEtcdSet } from '../../support/etcd-set.ts';
import { applyWorkload, heal, replicasOf, untilTold } from '../../support/etcd-traps.ts';
import { guardEtcd } from '../../support/guard.ts';
import { Ledger } from '../../support/ledger.ts';
import { approve, askForRecovery, untilRecovery } from '../../support/recovery.ts';
import { scenario } from '../../support/scenario.ts';

const patient = { timeoutMs: 240_000 };

scenario(
  'an etcd that recovers by itself while Milvus is being stopped for a rebuild is left alone, and Milvus is started again',
  async (scene) => {
    const { kubectl } = scene;
    const etcd = await startEtcdSet(scene);
    const ids = await etcd.memberIDs();
    const labels = { part: 'milvus' };
    await applyWorkload(scene, 'proxy', labels);
    await applyWorkload(scene, 'datanode', labels);
    await guardEtcd(scene, etcd.name, { milvus: { workloadSelector: { matchLabels: labels } } });
    await using ledger = Ledger.start(etcd);
    await ledger.further(20);
    await ledger.stop();
    await etcd.scale(1);

    // Somebody insists on one member, though all three have their data.
    const source = { podName: etcd.pods[0] ?? '' };
    await askForRecovery(scene, 'needless', { guardName: etcd.name, action: 'RebuildFromSurvivor', source });
    const { status } = await untilRecovery(scene, 'needless', 'AwaitingApproval', patient);
    await using proxies = heal(scene, 'Deployment', 'proxy', 1);
    await approve(scene, 'needless', status?.planHash ?? '');
    await untilTold(scene, 'needless', /^Milvus was started again: Deployment proxy/, patient);
    expect(await replicasOf(scene, 'Deployment', 'datanode')).toBe(0);
    await kubectl.run(['scale', 'statefulset', etcd.name, '--replicas=3']);

    const { status: over } = await untilRecovery(scene, 'needless', 'Cancelled', patient);
    await proxies[Symbol.asyncDispose]();
    expect(over?.message).toContain('etcd has a quorum again by itself: nothing has to be repaired');
    expect(over).not.toHaveProperty('temporaryChanges');
    expect(await replicasOf(scene, 'Deployment', 'datanode')).toBe(1);
    expect(await replicasOf(scene, 'Deployment', 'proxy')).toBe(1);
    await etcd.untilHealthy();
    expect(await ledger.missing()).toEqual([]);
    expect(await etcd.memberIDs()).toEqual(ids);
    expect(await etcd.hashesEqual()).toBe(true);
    expect(await kubectl.run(['get', 'configmaps', '--output', 'name'])).not.toContain('etcd-recovery');
  },
  { timeoutMs: 480_000 },
);
