import { expect } from '@jest/globals';
import { EtcdWitness } from '../support/etcd-witness.ts';
import { careSpec, realServer, releaseManifests, workloadSpec } from '../support/helm-workload.ts';
import { loadMilvus } from '../support/milvus.ts';
import { scenario } from '../support/scenario.ts';

scenario(
  'A real Milvus 2.3.5 in a Deployment as milvus-helm makes it: killed or moved, another one is ACTIVE at once, the Deployment unchanged',
  async (scene) => {
    await loadMilvus(scene, '2.3.5');
    const etcd = await scene.startEtcd();
    await scene.kubectl.apply(releaseManifests('Deployment', realServer('2.3.5')));
    const pair = await scene.applyPair('rootcoord', careSpec());
    await using witness = await EtcdWitness.start(etcd, 'rootcoord');
    const { status: first } = await pair.untilSteady();
    expect(first?.session).toMatchObject({ version: '2.3.5', grantedTTLSeconds: 30 });
    const before = await workloadSpec(scene);

    await pair.untilActiveBound();
    const killedMs = Date.now();
    await scene.cluster.killContainer({ namespace: scene.namespace, pod: first?.active?.podName ?? '' });
    const elected = await witness.next(first?.active?.serverID, { timeoutMs: 40_000 });
    scene.measurements['failoverMs'] = elected.atMs - killedMs;
    const { status: second } = await pair.untilSteady();
    expect(second?.lastFailover).toMatchObject({ from: first?.active?.podName, how: 'LeaseRevoked' });

    await pair.untilActiveBound();
    const askedMs = Date.now();
    expect(await pair.switchOver('move')).toMatchObject({ result: 'Completed', reason: 'ActiveMoved' });
    const moved = await witness.next(second?.active?.serverID);
    scene.measurements['switchoverMs'] = moved.atMs - askedMs;
    const { status: third } = await pair.untilSteady();
    expect(third?.active?.podName).toBe(second?.standby?.podName);
    expect(third?.history?.[0]).toMatchObject({ from: second?.active?.podName, how: 'LeaseRevoked' });
    expect(witness.holdersSince(killedMs)).toEqual([elected.serverID, moved.serverID]);
    expect(await workloadSpec(scene)).toBe(before);
  },
);
