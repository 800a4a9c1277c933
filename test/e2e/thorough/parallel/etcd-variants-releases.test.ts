import { expect } from '@jest/globals';
import { milvusEtcdImage } from '../../../images/etcd-images.ts';
import { deleteLog } from '../../support/etcd-damage.ts';
import { playRebuild, playReplacement } from '../../support/etcd-plays.ts';
import { startEtcdSet } from '../../support/etcd-set.ts';
import { guardEtcd } from '../../support/guard.ts';
import { askForRecovery, untilRecovery } from '../../support/recovery.ts';
import { scenario } from '../../support/scenario.ts';

const timeoutMs = 600_000;

scenario(
  "bitnami's image of etcd 3.5.0 has no tool to rebuild with, which is said before anything is touched; with another image's tools all members are rebuilt",
  async (scene) => {
    const { kubectl } = scene;
    const etcd = await startEtcdSet(scene, { generation: 'G1', release: '3.5.0' });
    await guardEtcd(scene, etcd.name, { policy: { fence: 'Never' } });

    await playRebuild(scene, etcd, async () => {
      await askForRecovery(scene, 'unfit', { guardName: etcd.name, action: 'RebuildFromSurvivor' });
      const { status } = await untilRecovery(scene, 'unfit', 'Refused', { timeoutMs: 240_000 });
      expect(status?.message).toContain('no tool of image localhost/bitnami/etcd:3.5.0-debian-10-r24 restores with');
      expect(status?.message).toContain(`set spec.toolsImage of EtcdGuard ${etcd.name} to an image with`);
      const patch = JSON.stringify({ spec: { toolsImage: milvusEtcdImage } });
      await kubectl.run(['patch', 'etcdguard', etcd.name, '--type', 'merge', '--patch', patch]);
    });

    for (const pod of etcd.pods) expect(await etcd.etcdctlAt([pod], ['endpoint', 'status'])).toContain(', 3.5.0, ');
    // No file with an id of before, by which the image would take the member for another one, or remove it at its end.
    for (const pod of etcd.pods)
      expect(await kubectl.run(['exec', pod, '--container', 'etcd', '--', 'ls', '/bitnami/etcd/data'])).toMatch(
        /^member\s*$/,
      );
  },
  { timeoutMs },
);

scenario(
  'an etcd 3.5.5 that Helm has upgraded has a member replaced with the tools of its own image',
  async (scene) => {
    const etcd = await startEtcdSet(scene, { release: '3.5.5' });
    await etcd.change({ initialClusterState: 'existing' });
    await scene.kubectl.run(['rollout', 'status', `statefulset/${etcd.name}`, '--timeout=180s']);
    await etcd.untilHealthy();
    await guardEtcd(scene, etcd.name);

    await playReplacement(scene, etcd, deleteLog);

    for (const pod of etcd.pods) expect(await etcd.etcdctlAt([pod], ['endpoint', 'status'])).toContain(', 3.5.5, ');
  },
  { timeoutMs },
);
