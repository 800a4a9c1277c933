import { expect } from '@jest/globals';
import { podDisruptionBudgetKind, serviceKind } from '../../../src/kube/kinds.ts';
import { until } from '../../support/until.ts';
import { ActiveWatch } from '../support/active-watch.ts';
import { inWords, operatorWrites } from '../support/audit.ts';
import { EtcdWitness } from '../support/etcd-witness.ts';
import {
  careSpec,
  releaseLabels,
  releaseLives,
  releaseManifests,
  releaseRoles,
  workloadSpec,
} from '../support/helm-workload.ts';
import { scenario, type Scene } from '../support/scenario.ts';

/** Writes of the operator to anything but pods, the pair and its children. */
async function otherWrites({ cluster, namespace }: Scene, sinceMs: number): Promise<string[]> {
  const own = ['pods', 'coordinatorpairs', 'services', 'poddisruptionbudgets', 'events'];
  const writes = await operatorWrites(cluster, { sinceMs, namespace });
  return writes.filter(({ resource }) => !own.includes(resource)).map(inWords);
}

scenario('a Deployment as Helm makes it is taken under care, kept alive, and let go unchanged', async (scene) => {
  const etcd = await scene.startEtcd();
  await scene.kubectl.apply(releaseManifests());
  await scene.kubectl.run(['rollout', 'status', 'deployment/my-release-milvus-rootcoord', '--timeout=120s']);
  await using witness = await EtcdWitness.start(etcd, 'rootcoord');
  const [sinceMs, specBefore, livesBefore] = [Date.now(), await workloadSpec(scene), await releaseLives(scene)];

  const pair = await scene.applyPair('rootcoord', careSpec());
  const { status: first } = await pair.untilSteady();
  await pair.until('UpToDate', 'True', 'Attached');
  await pair.until('ServiceInSync', 'True');
  const [active = '', standby = ''] = [first?.active?.podName, first?.standby?.podName];
  expect(await releaseRoles(scene)).toEqual({ [active]: 'active', [standby]: 'standby' });
  await until('the ACTIVE behind the Service', async () => (await pair.activeEndpoints()).join() === active);
  await scene.kubectl.run(['get', 'poddisruptionbudget', 'rootcoord']);
  expect(await releaseLives(scene)).toEqual(livesBefore);

  await pair.untilBound();
  using watch = await ActiveWatch.start(scene, pair);
  const killedMs = Date.now();
  await scene.cluster.killContainer({ namespace: scene.namespace, pod: active });
  const elected = await witness.next(first?.active?.serverID, { timeoutMs: 40_000 });
  const followed = await watch.follow(elected);
  Object.assign(scene.measurements, { failoverMs: elected.atMs - killedMs, ...followed });
  const { status: second } = await pair.untilSteady();
  expect(second?.lastFailover).toMatchObject({ from: active, how: 'LeaseRevoked' });

  const moved = second?.active?.podName ?? '';
  expect(await pair.switchOver('first')).toMatchObject({ result: 'Completed', reason: 'ActiveMoved' });
  const { status: third } = await pair.untilSteady();
  expect(third?.active?.podName).toBe(second?.standby?.podName);
  expect(Object.keys(await releaseRoles(scene))).not.toContain(moved);
  expect(witness.holdersSince(killedMs)).toHaveLength(2);

  const livesThen = await releaseLives(scene);
  await scene.kubectl.run(['delete', 'coordinatorpair', 'rootcoord']);
  const rolesOf = async () => Object.values(await releaseRoles(scene));
  await until('the role labels to be gone', async () => (await rolesOf()).every((role) => role === undefined));
  await until('the Service and the budget to be gone', async () => {
    const selection = { namespace: scene.namespace, labelSelector: 'ha.milvus.io/pair=rootcoord' };
    const lists = [serviceKind, podDisruptionBudgetKind].map((kind) => scene.client.list(kind, selection));
    return (await Promise.all(lists)).every(({ items }) => items.length === 0);
  });
  expect(await releaseLives(scene)).toEqual(livesThen);
  expect(await workloadSpec(scene)).toBe(specBefore);
  expect(await otherWrites(scene, sinceMs)).toEqual([]);
});

scenario(
  'what cannot be looked after is said: no workload, one replica, pods of somebody else, a wrong address',
  async (scene) => {
    await scene.startEtcd();
    const pair = await scene.applyPair('rootcoord', careSpec());
    await pair.until('SpecValid', 'False', 'WorkloadNotFound');

    await scene.kubectl.apply(releaseManifests());
    await pair.untilSteady();
    await scene.kubectl.run(['scale', 'deployment/my-release-milvus-rootcoord', '--replicas=1']);
    await pair.until('SpecValid', 'False', 'WorkloadReplicas');
    await pair.until('Ready', 'False', 'NoStandby');
    await scene.kubectl.run(['scale', 'deployment/my-release-milvus-rootcoord', '--replicas=2']);
    await pair.untilSteady();
    await pair.until('SpecValid', 'True');

    // A second Deployment with the selector of the first: its controller leaves pods that have another owner alone.
    const [configMap, release] = releaseManifests() as [object, { metadata: object; spec: object }];
    const copy = { ...release, metadata: { name: 'copy', labels: releaseLabels } };
    await scene.kubectl.apply([configMap, { ...copy, spec: { ...release.spec, replicas: 1 } }]);
    expect((await pair.until('NoConflict', 'False', 'ForeignPods')).message).toContain('copy-');
    const strangers = Object.entries(await releaseRoles(scene)).filter(([name]) => name.startsWith('copy-'));
    expect(strangers).toEqual([[expect.any(String), undefined]]);
    await scene.kubectl.run(['delete', 'deployment', 'copy']);
    await pair.until('NoConflict', 'True');

    const deployment = 'deployment/my-release-milvus-rootcoord';
    await scene.kubectl.run(['set', 'env', deployment, 'ROOT_COORD_IP=127.0.0.1']);
    await scene.kubectl.run(['rollout', 'status', deployment, '--timeout=120s']);
    const { message } = await pair.until('NoConflict', 'False', 'WrongAddress');
    expect(message).toMatch(/has registered 127\.0\.0\.1:53100, a loopback address, .* Stop or delete neither/);
    expect(message).toContain('look for rootCoord.ip in the configuration of Deployment my-release-milvus-rootcoord');
    await until('the pods of before to be gone', async () => (await releaseLives(scene)).length === 2);
    const lives = await releaseLives(scene);
    await pair.until('StandbyReady', 'Unknown', 'NotObserved');
    expect((await pair.status()).summary).not.toMatch(/zombie|stranger/);
    expect(await releaseLives(scene)).toEqual(lives);
    await scene.kubectl.run(['set', 'env', deployment, 'ROOT_COORD_IP-']);
    await pair.untilSteady();
    await pair.until('NoConflict', 'True');
  },
);

scenario("a role moves from Helm's Deployment to the pair's own pods without a second ACTIVE", async (scene) => {
  const etcd = await scene.startEtcd();
  await scene.kubectl.apply(releaseManifests());
  await using witness = await EtcdWitness.start(etcd, 'rootcoord');
  const careful = await scene.applyPair('rootcoord', careSpec());
  const { status: before } = await careful.untilSteady();
  const sinceMs = Date.now();

  await scene.kubectl.run(['delete', 'coordinatorpair', 'rootcoord']);
  const pair = await scene.applyPair('rootcoord', {
    config: { configMapName: 'my-release-milvus' },
    pod: {
      extraVolumes: [{ name: 'release', configMap: { name: 'my-release-milvus' } }],
      extraVolumeMounts: [
        { name: 'release', mountPath: '/milvus/configs/default.yaml', subPath: 'default.yaml', readOnly: true },
      ],
    },
  });
  await pair.until('StandbyReady', 'True');
  await pair.until('NoConflict', 'False', 'ForeignMember');
  expect(witness.holdersSince(sinceMs)).toEqual([]);
  expect(witness.holder).toBe(before?.active?.serverID);

  await scene.kubectl.run(['delete', 'deployment', 'my-release-milvus-rootcoord']);
  const { status } = await pair.untilSteady();
  expect(['rootcoord-0', 'rootcoord-1']).toContain(status?.active?.podName);
  expect(['rootcoord-0', 'rootcoord-1']).toContain(status?.standby?.podName);
  // One change, or two where the standby of the Deployment was the quicker one and handed the role on as it ended.
  expect(witness.holdersSince(sinceMs).at(-1)).toBe(status?.active?.serverID);
  expect(witness.holdersSince(sinceMs).length).toBeLessThanOrEqual(2);
  scene.measurements['noHolderMs'] = witness.noHolderMs(sinceMs);
});
