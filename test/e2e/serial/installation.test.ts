import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import { dump, loadAll } from 'js-yaml';
import type { Cluster } from '../../cluster/cluster.ts';
import { until } from '../../support/until.ts';
import { EtcdWitness } from '../support/etcd-witness.ts';
import { Kubectl } from '../support/kubectl.ts';
import { helmInstall, helmUninstall, operatorKubectl, operatorSelector } from '../support/operator.ts';
import { scenario } from '../support/scenario.ts';
import { operatorName, root } from '../support/settings.ts';

scenario('an upgrade of the operator restarts no Milvus, and works', async (scene) => {
  const etcd = await scene.startEtcd();
  const pair = await scene.applyPair();
  await using witness = await EtcdWitness.start(etcd, 'rootcoord');
  await pair.untilSteady();
  const [lives, replicas] = [await pair.lives(), await operatorPods(scene.cluster)];
  const startedMs = Date.now();
  await helmInstall(scene.cluster, 'concurrency=4', 'podAnnotations.e2e/upgraded=yes');
  scene.measurements['upgradeMs'] = Date.now() - startedMs;
  const renewed = async () => {
    const now = await operatorPods(scene.cluster);
    return now.length === 2 && now.every((uid) => !replicas.includes(uid));
  };
  await until('every replica to be a new one', renewed, { timeoutMs: 60_000 });
  expect(await pair.lives()).toEqual(lives);
  expect(witness.holdersSince(startedMs)).toEqual([]);
  expect(await pair.switchOver('after-the-upgrade')).toMatchObject({ result: 'Completed' });
});

scenario('uninstalling keeps pairs and their Milvus, and install.yaml takes them up again', async (scene) => {
  const { cluster } = scene;
  await scene.startEtcd();
  const pair = await scene.applyPair();
  const { metadata } = await pair.untilSteady();
  const lives = await pair.lives();
  const anywhere = new Kubectl(cluster.kubeconfigPath);
  const manifest = await readFile(join(root, 'deploy', 'install.yaml'), 'utf8');
  try {
    await helmUninstall(cluster);
    expect((await pair.get()).metadata.uid).toBe(metadata.uid);
    expect(await pair.lives()).toEqual(lives);

    const appliedMs = Date.now();
    await anywhere.apply(manifest);
    await operatorKubectl(cluster).run(['rollout', 'status', `deployment/${operatorName}`, '--timeout=120s']);
    scene.measurements['installMs'] = Date.now() - appliedMs;
    expect(await pair.switchOver('by-install-yaml')).toMatchObject({ result: 'Completed' });
  } finally {
    await anywhere.run(['delete', '--ignore-not-found', '--filename', '-'], withoutWhatIsKept(manifest));
    await helmInstall(cluster);
  }
  expect(await pair.switchOver('by-the-chart-again')).toMatchObject({ result: 'Completed' });
  expect((await pair.get()).metadata.uid).toBe(metadata.uid);
});

async function operatorPods(cluster: Cluster): Promise<string[]> {
  const path = 'jsonpath={.items[*].metadata.uid}';
  const uids = await operatorKubectl(cluster).run(['get', 'pods', '--selector', operatorSelector, '--output', path]);
  return uids.split(' ').filter(Boolean);
}

/** All of install.yaml but the namespace and the definition of pairs, with which every pair would go. */
function withoutWhatIsKept(manifest: string): string {
  const objects = loadAll(manifest) as ({ readonly kind: string } | null)[];
  return objects
    .filter((object) => object && !['Namespace', 'CustomResourceDefinition'].includes(object.kind))
    .map((object) => dump(object))
    .join('---\n');
}
