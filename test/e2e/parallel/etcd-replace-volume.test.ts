import { expect } from '@jest/globals';
import { expectRecovered, symptom } from '../support/etcd-outcome.ts';
import { startEtcdSet } from '../support/etcd-set.ts';
import { guardEtcd } from '../support/guard.ts';
import { Ledger } from '../support/ledger.ts';
import { approve, askForRecovery, untilRecovery } from '../support/recovery.ts';
import { scenario } from '../support/scenario.ts';

const timeoutMs = 720_000;
const patient = { timeoutMs: 300_000 };

scenario(
  'a member gets another volume, the one that it had is kept, and nothing is lost',
  async (scene) => {
    const { kubectl } = scene;
    const etcd = await startEtcdSet(scene);
    await guardEtcd(scene, etcd.name);
    const [pod = ''] = await etcd.followers();
    const volumeOf = () => kubectl.run(['get', 'pvc', `data-${pod}`, '--output', 'jsonpath={.spec.volumeName}']);
    const kept = await volumeOf();
    await using ledger = Ledger.start(etcd);
    await ledger.further(100);
    await etcd.removeMember(pod);
    const removed = await symptom(scene);
    const target = { podName: pod };
    await askForRecovery(scene, 'replace', { guardName: etcd.name, action: 'ReplaceVolume', target });
    const { status } = await untilRecovery(scene, 'replace', 'AwaitingApproval', patient);
    expect(status?.plan?.steps.join('\n')).toContain(`persistentVolumeReclaimPolicy of PersistentVolume ${kept}`);
    await approve(scene, 'replace', status?.planHash ?? '');
    await untilRecovery(scene, 'replace', 'Succeeded', patient);
    await ledger.further(50);
    await expectRecovered(scene, removed, { etcd, ledger });
    expect((await etcd.members()).map(({ name }) => name).sort()).toEqual([...etcd.pods]);
    const shape = 'jsonpath={.status.phase} {.spec.persistentVolumeReclaimPolicy}';
    expect(await volumeOf()).not.toBe(kept);
    expect(await kubectl.run(['get', 'pv', kept, '--output', shape])).toBe('Released Retain');
    // It would outlive the namespace.
    await kubectl.run(['patch', 'pv', kept, '--patch', '{"spec":{"persistentVolumeReclaimPolicy":"Delete"}}']);
  },
  { timeoutMs },
);
