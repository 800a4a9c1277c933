import { expect } from '@jest/globals';
import { until } from '../../support/until.ts';
import { callEtcd, encode } from '../support/etcd-gateway.ts';
import { startEtcdSet } from '../support/etcd-set.ts';
import { approve, askForRecovery, untilRecovery } from '../support/recovery.ts';
import { scenario } from '../support/scenario.ts';
import { guardOf, guardWithSnapshots, untilSnapshot } from '../support/snapshots.ts';

scenario('snapshots are saved on a schedule, proven and named by the guard', async (scene) => {
  const etcd = await startEtcdSet(scene);
  await callEtcd(etcd.url, 'put', { key: encode('by-dev/meta/session/rootcoord'), value: encode('x') });
  await guardWithSnapshots(scene, etcd.name);
  const first = await untilSnapshot(scene, etcd.name);
  expect(first).toMatchObject({ name: expect.stringMatching(/^snapshot-.*\.db$/), totalKeys: expect.any(String) });
  expect(first.sha256).toMatch(/^[0-9a-f]{64}$/);
  const status = await etcd.etcdctl(['endpoint', 'status', '--write-out', 'fields']);
  expect(BigInt(`0x${first.clusterID ?? ''}`)).toBe(BigInt(/^"ClusterID" : (\d+)$/m.exec(status)?.[1] ?? 0));
  await until(
    'a fresh snapshot to show in the conditions',
    async () =>
      (await guardOf(scene, etcd.name))?.status?.conditions?.some(
        ({ type, reason }) => type === 'SnapshotFresh' && reason === 'Fresh',
      ),
    { timeoutMs: 60_000, everyMs: 500 },
  );

  await askForRecovery(scene, 'now', { guardName: etcd.name, action: 'Snapshot' });
  const asked = await untilRecovery(scene, 'now', 'Succeeded');
  expect(asked.status?.message).toMatch(/^saved snapshot-\S+: revision \d+, \d+ keys; 2 are kept/);
});

scenario('what earlier repairs kept is removed by name, after approval, and nothing else', async (scene) => {
  const { kubectl } = scene;
  const etcd = await startEtcdSet(scene);
  const pod = `${etcd.name}-1`;
  const inPod = (command: string) => kubectl.run(['exec', pod, '--container', 'etcd', '--', 'bash', '-c', command]);
  await inPod('mkdir -p /bitnami/etcd/data.bak-old/member && echo kept > /bitnami/etcd/data.bak-old/member/db');
  await inPod('echo mine > /bitnami/etcd/notes.txt');
  await kubectl.apply({
    apiVersion: 'ha.milvus.io/v1alpha1',
    kind: 'EtcdGuard',
    metadata: { name: etcd.name },
    spec: { statefulSetName: etcd.name },
  });
  await askForRecovery(scene, 'tidy', { guardName: etcd.name, action: 'Cleanup' });

  const planned = await untilRecovery(scene, 'tidy', 'AwaitingApproval');
  expect(planned.status?.plan?.steps).toEqual([
    expect.stringMatching(new RegExp(`^1\\. on the volume of ${pod} remove data\\.bak-old \\(`)),
  ]);
  expect(await inPod('ls /bitnami/etcd')).toContain('data.bak-old');
  await approve(scene, 'tidy', planned.status?.planHash ?? '');
  const { status } = await untilRecovery(scene, 'tidy', 'Succeeded');
  expect(status?.message).toBe(`removed ${pod}/data.bak-old`);
  expect((await inPod('ls /bitnami/etcd')).split('\n').filter(Boolean).sort()).toEqual(['data', 'notes.txt']);
  await etcd.untilHealthy();
});
