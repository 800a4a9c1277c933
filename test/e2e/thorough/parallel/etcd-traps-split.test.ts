import { mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import { run } from '../../../cluster/process.ts';
import { ensurePrograms } from '../../../cluster/programs.ts';
import { until } from '../../../support/until.ts';
import { expectRecovered, symptom } from '../../support/etcd-outcome.ts';
import { startEtcdSet, type EtcdSet } from '../../support/etcd-set.ts';
import { untilReason } from '../../support/etcd-traps.ts';
import { guardEtcd, untilDiagnosed } from '../../support/guard.ts';
import { Ledger } from '../../support/ledger.ts';
import { approve, askForRecovery, untilRecovery } from '../../support/recovery.ts';
import { scenario, type Scene } from '../../support/scenario.ts';

const patient = { timeoutMs: 240_000 };

/**
 * What many do by hand: the snapshot is restored for the first member only, the others start empty, with the state `new`.
 * Names and token give them the ids of before, so that they all take themselves for one cluster.
 */
async function restoreOnlyTheFirst({ kubectl, namespace }: Scene, etcd: EtcdSet): Promise<void> {
  const { etcdutl } = await ensurePrograms(['etcdutl']);
  const folder = await mkdtemp(join(tmpdir(), 'split-'));
  try {
    const file = join(folder, 'snapshot.db');
    await etcd.etcdctlAt(etcd.pods.slice(0, 1), ['snapshot', 'save', file]);
    await etcd.scale(0);
    const volumes = await Promise.all(etcd.pods.map((pod) => etcd.volumeFolder(pod)));
    for (const volume of volumes) await rename(join(volume, 'data'), join(volume, 'data.by-hand'));
    const domain = `${etcd.name}-headless.${namespace}.svc.cluster.local`;
    const peer = (pod: string): string => `http://${pod}.${domain}:2380`;
    const [first = ''] = etcd.pods;
    const restore = ['snapshot', 'restore', file, '--data-dir', join(volumes[0] ?? '', 'data'), '--name', first];
    const cluster = ['--initial-cluster', etcd.pods.map((pod) => `${pod}=${peer(pod)}`).join(',')];
    const own = ['--initial-cluster-token', 'etcd-cluster-k8s', '--initial-advertise-peer-urls', peer(first)];
    await run(etcdutl, [...restore, ...cluster, ...own]);
  } finally {
    await rm(folder, { recursive: true });
  }
  await kubectl.run(['scale', 'statefulset', etcd.name, `--replicas=${etcd.pods.length}`]);
}

/** Puts back what was on a volume before a recovery, as if nobody had thought of it. */
async function forgetVolume(etcd: EtcdSet, pod: string): Promise<void> {
  const volume = await etcd.volumeFolder(pod);
  const old = (await readdir(volume)).find((name) => name.startsWith('data.bak-'));
  await rename(join(volume, 'data'), join(volume, 'data.taken-away'));
  await rename(join(volume, old ?? ''), join(volume, 'data'));
}

scenario(
  'a cluster that is split in silence is named, only a person says which member has the data, and a volume forgotten with old data afterwards does no harm',
  async (scene) => {
    const etcd = await startEtcdSet(scene);
    const [whole = '', , forgotten = ''] = etcd.pods;
    await using ledger = Ledger.start(etcd);
    await ledger.further(120);
    await ledger.stop();
    await restoreOnlyTheFirst(scene, etcd);
    await etcd.untilHealthy(); // which is the trap
    const broken = await symptom(scene);
    await guardEtcd(scene, etcd.name);

    const { status } = await untilDiagnosed(scene, etcd.name, 'DataDiverged');
    expect(status?.diagnosis?.pods).toEqual(etcd.pods.slice(1));
    expect(status?.diagnosis).not.toHaveProperty('action');
    await untilReason(scene, etcd.name, 'Consistent', 'DataDiverged');
    for (const action of ['RebuildFromSurvivor', 'RestoreFromSnapshot'] as const) {
      const name = action.toLowerCase();
      await askForRecovery(scene, name, { guardName: etcd.name, action });
      const { status: refused } = await untilRecovery(scene, name, 'Refused');
      expect(refused?.message).toContain('a person has to decide which of them has the data');
      expect(refused?.message).toContain('spec.source');
    }
    await askForRecovery(scene, 'restart', { guardName: etcd.name, action: 'RestartQuorum' });
    await untilRecovery(scene, 'restart', 'Refused');

    const source = { podName: whole };
    await askForRecovery(scene, 'decided', { guardName: etcd.name, action: 'RebuildFromSurvivor', source });
    const decided = await untilRecovery(scene, 'decided', 'AwaitingApproval', patient);
    expect(decided.status?.sources?.find(({ chosen }) => chosen)?.name).toBe(whole);
    await approve(scene, 'decided', decided.status?.planHash ?? '');
    await untilRecovery(scene, 'decided', 'Succeeded', patient);
    await expectRecovered(scene, broken, { etcd, ledger });

    await etcd.scale(0);
    await forgetVolume(etcd, forgotten);
    await scene.kubectl.run(['scale', 'statefulset', etcd.name, '--replicas=3']);
    const well = etcd.pods.filter((pod) => pod !== forgotten);
    await etcd.untilHealthy(well);
    await until('the ledger to be whole', async () => (await ledger.missing()).length === 0, { timeoutMs: 60_000 });
    const split = await untilDiagnosed(scene, etcd.name, 'SeveralClusters', patient);
    expect(split.status?.quorum).toMatchObject({ voters: 3, healthy: 2 });
    await askForRecovery(scene, 'again', { guardName: etcd.name, action: 'RebuildFromSurvivor' });
    const { status: refused } = await untilRecovery(scene, 'again', 'Refused');
    expect(refused?.message).toContain('members belong to different clusters');
  },
  { timeoutMs: 600_000 },
);
