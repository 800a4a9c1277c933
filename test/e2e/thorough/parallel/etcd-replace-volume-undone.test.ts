import { expect } from '@jest/globals';
import { until } from '../../../support/until.ts';
import { expectRecovered, symptom, volumesOf } from '../../support/etcd-outcome.ts';
import { startEtcdSet } from '../../support/etcd-set.ts';
import { goBack, untilBack } from '../../support/going-back.ts';
import { guardEtcd } from '../../support/guard.ts';
import { Ledger } from '../../support/ledger.ts';
import { approve, askForRecovery, untilRecovery } from '../../support/recovery.ts';
import { scenario } from '../../support/scenario.ts';

const timeoutMs = 720_000;
const patient = { timeoutMs: 300_000 };

scenario(
  'a member gets another volume, by the page all of etcd goes back to the one that was kept, and the one in between is removed by name',
  async (scene) => {
    const { kubectl } = scene;
    const etcd = await startEtcdSet(scene);
    await guardEtcd(scene, etcd.name);
    const [pod = ''] = await etcd.followers();
    const volumeOf = () => kubectl.run(['get', 'pvc', `data-${pod}`, '--output', 'jsonpath={.spec.volumeName}']);
    const kept = await volumeOf();
    await using before = Ledger.start(etcd, { prefix: 'before/' });
    await before.further(100);
    await before.stop();
    await using since = Ledger.start(etcd, { prefix: 'since/' });
    await etcd.removeMember(pod);
    const removed = await symptom(scene);
    const target = { podName: pod };
    await askForRecovery(scene, 'replace', { guardName: etcd.name, action: 'ReplaceVolume', target });
    const { status } = await untilRecovery(scene, 'replace', 'AwaitingApproval', patient);
    expect(status?.plan?.steps.join('\n')).toContain(`persistentVolumeReclaimPolicy of PersistentVolume ${kept}`);
    await approve(scene, 'replace', status?.planHash ?? '');
    await untilRecovery(scene, 'replace', 'Succeeded', patient);
    await since.further(50);
    await expectRecovered(scene, removed, { etcd, ledger: since });
    expect((await etcd.members()).map(({ name }) => name).sort()).toEqual([...etcd.pods]);
    const made = await volumeOf();
    const shape = 'jsonpath={.status.phase} {.spec.persistentVolumeReclaimPolicy}';
    expect(await kubectl.run(['get', 'pv', kept, '--output', shape])).toBe('Released Retain');

    const wanted = await symptom(scene);
    const own = { etcd: etcd.name, recovery: 'replace', pod, guard: etcd.name, kept };
    await goBack(scene, 'After ReplaceVolume', own);
    await untilBack(scene, pod);
    await expectRecovered(scene, wanted, { etcd, ledger: before });
    expect((await since.missing()).length).toBeGreaterThanOrEqual(50);
    expect(await volumeOf()).toBe(kept);
    expect(await kubectl.run(['get', 'pv', made, '--output', shape])).toBe('Released Retain');

    await askForRecovery(scene, 'tidy', { guardName: etcd.name, action: 'Cleanup' });
    const { status: tidy } = await untilRecovery(scene, 'tidy', 'AwaitingApproval', patient);
    const steps = tidy?.plan?.steps.filter((step) => step.includes('PersistentVolume')) ?? [];
    expect(steps).toEqual([expect.stringContaining(`PersistentVolume ${made}, which ${pod} had before`)]);
    await approve(scene, 'tidy', tidy?.planHash ?? '');
    await untilRecovery(scene, 'tidy', 'Succeeded', patient);
    await until(`${made} to be gone`, async () => !(await volumesOf(scene)).includes(made), { timeoutMs: 60_000 });
    // It would outlive the namespace.
    await kubectl.run(['patch', 'pv', kept, '--patch', '{"spec":{"persistentVolumeReclaimPolicy":"Delete"}}']);
  },
  { timeoutMs },
);
