import { expect } from '@jest/globals';
import { expectRecovered, symptom } from '../../support/etcd-outcome.ts';
import { startEtcdSet } from '../../support/etcd-set.ts';
import { goBack } from '../../support/going-back.ts';
import { Ledger } from '../../support/ledger.ts';
import { approve, askForRecovery, untilRecovery } from '../../support/recovery.ts';
import { scenario } from '../../support/scenario.ts';
import { guardOf, guardWithSnapshots, untilSnapshot } from '../../support/snapshots.ts';

const timeoutMs = 720_000;
const patient = { timeoutMs: 300_000 };

scenario(
  'all members are restored from the older one of two stored snapshots, which a person names, and it was a mistake: by the page they go back to what they held, and nothing is lost',
  async (scene) => {
    const etcd = await startEtcdSet(scene);
    await using ledger = Ledger.start(etcd);
    await ledger.further(50);
    await guardWithSnapshots(scene, etcd.name, {}, 10);
    const { name: snapshotName } = await untilSnapshot(scene, etcd.name);
    await ledger.further(100);
    await askForRecovery(scene, 'one-more', { guardName: etcd.name, action: 'Snapshot' });
    await untilRecovery(scene, 'one-more', 'Succeeded', patient);
    const { lastSnapshot, snapshots = [] } = (await guardOf(scene, etcd.name))?.status ?? {};
    expect(snapshots[0]?.name).toBe(lastSnapshot?.name);
    expect(snapshots.slice(1).map(({ name }) => name)).toContain(snapshotName);
    await ledger.stop();
    const ids = await etcd.memberIDs();

    await etcd.scale(0);
    const stopped = await symptom(scene);
    const source = { snapshotName };
    await askForRecovery(scene, 'older', { guardName: etcd.name, action: 'RestoreFromSnapshot', source });
    const { status } = await untilRecovery(scene, 'older', 'AwaitingApproval', patient);
    expect(status?.plan?.mayLose).toContain(`everything written since snapshot ${snapshotName} was saved, at 20`);
    await approve(scene, 'older', status?.planHash ?? '');
    await untilRecovery(scene, 'older', 'Succeeded', patient);
    await etcd.untilHealthy();
    expect((await ledger.missing()).length).toBeGreaterThanOrEqual(100);
    expect(await etcd.memberIDs()).not.toEqual(ids);

    await goBack(scene, 'After a rebuild', { etcd: etcd.name, recovery: 'older' });
    await expectRecovered(scene, stopped, { etcd, ledger });
    expect(await etcd.memberIDs()).toEqual(ids);
  },
  { timeoutMs },
);
