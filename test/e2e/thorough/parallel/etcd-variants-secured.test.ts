import { expect } from '@jest/globals';
import { damage, deleteLog, emptyMemberID } from '../../support/etcd-damage.ts';
import {
  accessSpec,
  claimSnapshots,
  expectJobsAtTheirVolumes,
  playRebuild,
  playReplacement,
  untilSnapshot,
} from '../../support/etcd-plays.ts';
import { startEtcdSet } from '../../support/etcd-set.ts';
import { guardEtcd } from '../../support/guard.ts';
import { makeNodeVolumes, restrictPods } from '../../support/node-volumes.ts';
import { untilAskedFor, untilRecovery } from '../../support/recovery.ts';
import { scenario } from '../../support/scenario.ts';

const timeoutMs = 600_000;

scenario(
  'with certificates and users, restricted pods and volumes tied to nodes: a snapshot is saved, and all members are rebuilt from the one that is left, whom nobody can log in to',
  async (scene) => {
    const { kubectl } = scene;
    await restrictPods(scene);
    await using volumes = await makeNodeVolumes(scene, { perNode: 2 });
    const { storageClass } = volumes;
    const options = { tls: true, auth: true, volumePermissions: false, storageClass };
    const etcd = await startEtcdSet(scene, options);
    await etcd.etcdctl(['user', 'add', 'milvus:pass']);
    await etcd.etcdctl(['role', 'add', 'milvus']);
    await etcd.etcdctl(['role', 'grant-permission', 'milvus', 'readwrite', '--prefix=true', 'by-dev/']);
    await etcd.etcdctl(['user', 'grant-role', 'milvus', 'milvus']);
    const snapshots = await claimSnapshots(scene, storageClass);
    await guardEtcd(scene, etcd.name, {
      ...accessSpec(etcd.name, options),
      snapshots,
      policy: { fence: 'Never' },
    });
    const saved = await untilSnapshot(scene, etcd.name);
    expect(saved.sha256).toMatch(/^[0-9a-f]{64}$/);

    await playRebuild(scene, etcd);

    await expectJobsAtTheirVolumes(scene);
    const as = (user: string) => etcd.etcdctl(['--user', user, '--password=', 'get', 'by-dev/any']).catch(String);
    expect(await as('milvus:pass')).toBe('');
    expect(await as('milvus:wrong')).toContain('invalid user ID or password');
    expect(await etcd.etcdctl(['user', 'get', 'milvus'])).toContain('Roles: milvus');
    expect(await etcd.etcdctl(['role', 'get', 'milvus'])).toContain('by-dev/');
    expect(await kubectl.run(['get', 'events', '--output', 'json'])).not.toContain('violates PodSecurity');
  },
  { timeoutMs },
);

scenario(
  "bitnami's image with certificates and users: an empty member_id is moved away, a member is replaced, and all are rebuilt",
  async (scene) => {
    const options = { generation: 'G1', tls: true, auth: true } as const;
    const etcd = await startEtcdSet(scene, options);
    await guardEtcd(scene, etcd.name, { ...accessSpec(etcd.name, options), policy: { fence: 'Never' } });

    const [pod = ''] = await etcd.followers();
    await damage(etcd, pod, emptyMemberID);
    const { metadata } = await untilAskedFor(scene, 'ClearMemberID', pod);
    await untilRecovery(scene, metadata.name, 'Succeeded', { timeoutMs: 240_000 });
    await etcd.untilHealthy();

    await playReplacement(scene, etcd, deleteLog);
    await playRebuild(scene, etcd);
  },
  { timeoutMs: 900_000 },
);
