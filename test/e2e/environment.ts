import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheFolder, progress } from '../cluster/cache.ts';
import { connectCluster, startCluster, type Cluster } from '../cluster/cluster.ts';
import { onInterruption } from '../cluster/interruption.ts';
import { run } from '../cluster/process.ts';
import { buildStandInImages } from '../images/build.ts';
import { buildEtcdImages, type EtcdRelease } from '../images/etcd-images.ts';
import { installOperator } from './support/operator.ts';
import { Kubectl } from './support/kubectl.ts';
import { clusterName, logsFolder, operatorNamespace, root } from './support/settings.ts';

/** Clusters with the operator, ready for scenarios. */
export interface Environment {
  /** Aborted when this process is told to end. */
  readonly signal: AbortSignal;
  /** Keeps the logs when something failed, and removes the clusters unless they are to be kept. */
  close(good: boolean): Promise<void>;
}

/**
 * Brings up what the scenarios need; what is there already and has not changed is taken as it is.
 *
 * @param clusters names of them; without: the one that E2E_CLUSTER names
 * @param releases of etcd that the scenarios run; without: the newest
 */
export async function openEnvironment({
  keep,
  clusters: names = [clusterName],
  releases = ['3.5.35'],
}: {
  readonly keep: boolean;
  readonly clusters?: readonly string[];
  readonly releases?: readonly EtcdRelease[];
}): Promise<Environment> {
  const abort = new AbortController();
  const release = onInterruption((received) => {
    abort.abort(new Error(`interrupted by ${received}`));
    return Promise.resolve();
  });
  delete process.env['CLUSTER']; // the scenarios' processes connect to the local cluster; kind's cannot be taken up
  const archives = await buildImages(releases);
  const clusters: Cluster[] = [];
  const close = async (good: boolean) => {
    release();
    if (abort.signal.aborted) return; // each cluster itself sees to it that it is removed
    if (!good) await Promise.all(clusters.map(saveLogs));
    if (!keep) await Promise.all(clusters.map((cluster) => cluster.stop()));
  };
  const open = async (name: string): Promise<void> => {
    const cluster = await takeUpOrStart(name, keep, abort.signal);
    clusters.push(cluster);
    const operatorImage = await loadImages(cluster, archives);
    progress(`installing the operator by its chart on cluster ${name}`);
    await installOperator(cluster, operatorImage);
  };
  const opened = await Promise.allSettled(names.map(open));
  const failed = opened.find((outcome) => outcome.status === 'rejected');
  if (failed !== undefined) {
    await close(false);
    throw failed.reason as Error;
  }
  return { signal: abort.signal, close };
}

interface Archives {
  readonly operator: string;
  readonly others: readonly string[];
}

async function buildImages(releases: readonly EtcdRelease[]): Promise<Archives> {
  await run(process.execPath, [join(root, 'scripts', 'image.ts')]);
  const folder = cacheFolder('images');
  const standIns = [...(await buildStandInImages(folder)), ...(await buildEtcdImages(folder, releases))];
  return { operator: join(root, 'build', 'image.tar'), others: [...new Set(standIns.map(({ tarPath }) => tarPath))] };
}

async function takeUpOrStart(name: string, keep: boolean, signal: AbortSignal): Promise<Cluster> {
  if (keep) {
    try {
      return connectCluster(name);
    } catch {
      progress(`no cluster ${name} was kept`);
    }
  }
  return startCluster({ name, keep, signal });
}

/** Brings each archive to the nodes, unless exactly that one is there. @returns what tells this operator's image. */
async function loadImages(cluster: Cluster, { operator, others }: Archives): Promise<string> {
  const record = join(cluster.runDir, 'loaded-images.json');
  const loaded = new Set(JSON.parse(await readFile(record, 'utf8').catch(() => '[]')) as string[]);
  const digests = await Promise.all([operator, ...others].map(digestOf));
  for (const [index, archive] of [operator, ...others].entries()) {
    if (loaded.has(digests[index] ?? '')) continue;
    progress(`loading ${archive}`);
    await cluster.loadImage(archive);
  }
  await writeFile(record, JSON.stringify(digests));
  return digests[0]?.slice(0, 16) ?? '';
}

async function digestOf(archive: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(archive))
    .digest('hex');
}

async function saveLogs(cluster: Cluster): Promise<void> {
  const folder = join(logsFolder, `cluster-${cluster.name}`);
  progress(`something failed: logs are in ${folder}`);
  await mkdir(folder, { recursive: true });
  await cluster.saveLogs(folder);
  const kubectl = new Kubectl(cluster.kubeconfigPath, operatorNamespace);
  for (const [file, question] of [
    ['operator.log', ['logs', '--selector', 'app.kubernetes.io/component=operator', '--prefix', '--tail', '-1']],
    ['operator.txt', ['describe', 'pods']],
    ['pairs.txt', ['describe', 'coordinatorpairs', '--all-namespaces']],
  ] as const) {
    await writeFile(join(folder, file), await kubectl.run(question).catch(String));
  }
}
