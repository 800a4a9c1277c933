import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { basename, join } from 'node:path';
import { cacheFolder, progress } from '../cluster/cache.ts';
import { startCluster, type Cluster } from '../cluster/cluster.ts';
import { clusterPackages, ensureDebianPackages, imagePackages } from '../cluster/packages.ts';
import { ensurePrograms, programNames, type ProgramName } from '../cluster/programs.ts';
import { buildStandInImages } from '../images/build.ts';
import { ScenarioEtcd } from '../e2e/support/etcd.ts';
import { clusterName, milvusNamespace, operatorNamespace, release, root } from './settings.ts';
import type { Shell } from './shell.ts';

/** Debian packages, and the programs of a cluster: built once, then found in the cache. */
export async function preparePrograms(signal: AbortSignal): Promise<Record<ProgramName, string>> {
  await ensureDebianPackages([...clusterPackages, ...imagePackages]);
  return ensurePrograms(programNames, { signal });
}

/** The operator's image, from its Dockerfile, and those of the stand-ins. @returns the docker-archives. */
export async function buildImages(signal: AbortSignal): Promise<readonly string[]> {
  const child = spawn(process.execPath, [join(root, 'scripts', 'image.ts')], {
    stdio: ['ignore', 'ignore', 'inherit'],
    signal,
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error('The image of the operator could not be built; the lines above say why.');
  signal.throwIfAborted();
  const standIns = await buildStandInImages(cacheFolder('images'));
  return [join(root, 'build', 'image.tar'), ...new Set(standIns.map(({ tarPath }) => tarPath))];
}

/**
 * Three nodes that outlive this process. Always the local cluster: with kind, neither Services nor a cluster that was
 * left running can be reached from here.
 */
export async function startNodes(archives: readonly string[], signal: AbortSignal): Promise<Cluster> {
  delete process.env['CLUSTER'];
  const cluster = await startCluster({ name: clusterName, keep: true, signal });
  try {
    for (const archive of archives) {
      signal.throwIfAborted();
      progress(`loading ${basename(archive)} into each node`);
      await cluster.loadImage(archive);
    }
  } catch (error) {
    await cluster.stop();
    throw error;
  }
  return cluster;
}

/** The operator from its own chart: two replicas, one of which acts. */
export async function installOperator(shell: Shell): Promise<void> {
  const place = ['--namespace', operatorNamespace, '--create-namespace'];
  const chart = join('deploy', 'chart');
  await shell.show('helm', ['install', release, chart, ...place, '--wait', '--timeout', '180s', '--hide-notes']);
  await shell.show('kubectl', ['--namespace', operatorNamespace, 'get', 'pods']);
}

/** An etcd of three members for the Milvus. @returns the way to it from this machine. */
export async function startEtcd(shell: Shell, etcdctl: string): Promise<ScenarioEtcd> {
  const inMilvus = ['--namespace', milvusNamespace];
  await shell.quietly('kubectl', ['create', 'namespace', milvusNamespace]);
  await shell.quietly('kubectl', [...inMilvus, 'apply', '--filename', join(root, 'test', 'images', 'etcd.yaml')]);
  await shell.quietly('kubectl', [...inMilvus, 'rollout', 'status', 'statefulset/etcd', '--timeout=180s']);
  const wanted = ['get', 'service', 'etcd', '--output', 'jsonpath={.spec.clusterIP}'];
  const address = await shell.quietly('kubectl', [...inMilvus, ...wanted]);
  return new ScenarioEtcd(`http://${address}:2379`, etcdctl);
}

/** The three pairs, until each has an ACTIVE and a STANDBY. */
export async function makePairs(shell: Shell): Promise<void> {
  const inMilvus = ['--namespace', milvusNamespace];
  await shell.show('kubectl', ['apply', '--filename', join('test', 'demo', 'pairs.yaml')]);
  const ready = ['wait', '--for=condition=Ready', 'coordinatorpairs', '--all', '--timeout=180s'];
  await shell.show('kubectl', [...inMilvus, ...ready]);
  await shell.show('kubectl', [...inMilvus, 'get', 'coordinatorpairs']);
  await shell.show('kubectl', [...inMilvus, 'get', 'coordinatorpairs', '--output', 'wide']);
}
