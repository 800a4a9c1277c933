import { expect } from '@jest/globals';
import { loadArchive } from '../support/milvus.ts';
import { EtcdWitness } from '../support/etcd-witness.ts';
import { impactOf, roleFreeMs, type Impact } from '../support/clients/impact.ts';
import { Workload } from '../support/clients/workload.ts';
import { scenario, type Scene } from '../support/scenario.ts';
import {
  addressOfWholeMilvus,
  etcdOfWholeMilvus,
  untilWholeMilvusReady,
  wholeMilvus,
  wholeMilvusImages,
} from '../support/whole-milvus.ts';
import { milvusImage } from '../../images/milvus-image.ts';

scenario(
  'clients of a whole Milvus 2.3 are served again, and find every row, after a crash, a switchover and a rollout',
  async (scene) => {
    const { cluster, kubectl, namespace } = scene;
    for (const { path, nodes } of await wholeMilvusImages(['2.3.4', '2.3.5'])) await loadArchive(cluster, path, nodes);
    await kubectl.apply(await wholeMilvus(kubectl, namespace, '2.3.4'));
    await untilWholeMilvusReady(kubectl);
    const pair = scene.pair('rootcoord');
    const etcd = await etcdOfWholeMilvus(kubectl);
    await using witness = await EtcdWitness.start(etcd, 'rootcoord');
    await using workload = await Workload.start(await addressOfWholeMilvus(kubectl));
    const roles = [{ role: 'rootcoord', etcd, witness }];

    await pair.until('EtcdHealthy', 'True'); // etcd has just started, and so have its clients
    await pair.untilActiveBound();
    const { status } = await pair.untilSteady();
    const crash = await impactOf(workload, roles, () =>
      cluster.killContainer({ namespace, pod: status?.active?.podName ?? '' }),
    );
    note(scene, 'crash', crash);
    await pair.untilSteady();
    await pair.untilActiveBound();
    const switchover = await impactOf(workload, roles, async () => {
      expect(await pair.switchOver('clients')).toMatchObject({ result: 'Completed' });
    });
    note(scene, 'switchover', switchover);
    await pair.untilSteady();
    await pair.untilActiveBound();
    const rollout = await impactOf(workload, roles, async () => {
      await pair.change({ image: milvusImage('2.3.5') });
      await pair.until('UpToDate', 'True', undefined, { timeoutMs: 240_000 });
    });
    note(scene, 'rollout', rollout);
    await pair.untilSteady();

    for (const { roles } of [crash, switchover, rollout])
      expect(roles.map(({ holders }) => holders)).toEqual([[expect.any(String)]]);
    await workload.stop();
    const { counted, missing } = await workload.audit();
    expect(missing).toEqual([]);
    expect(counted).toBeGreaterThanOrEqual(workload.acknowledged.length);
    Object.assign(scene.measurements, { rows: workload.acknowledged.length });
  },
  { timeoutMs: 600_000 },
);

function note({ measurements }: Scene, act: string, impact: Impact): void {
  const { search, insert, ddl } = impact.longestGapMs;
  Object.assign(measurements, {
    [`${act}RoleFreeMs`]: roleFreeMs(impact),
    [`${act}SearchGapMs`]: search,
    [`${act}InsertGapMs`]: insert,
    [`${act}DDLGapMs`]: ddl,
  });
}
