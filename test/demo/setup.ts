import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { basename, join } from 'node:path';
import { progress } from '../cluster/cache.ts';
import { startCluster, type Cluster } from '../cluster/cluster.ts';
import { clusterPackages, ensureDebianPackages, imagePackages } from '../cluster/packages.ts';
import { ensurePrograms, programNames, type ProgramName } from '../cluster/programs.ts';
import type { ImageArchive } from '../e2e/support/whole-milvus.ts';
import { clusterName, operatorNamespace, release, root } from './settings.ts';
import type { Shell } from './shell.ts';

/** Debian packages: all at once, as only one process can install them at a time. */
export function ensurePackages(more: readonly string[]): Promise<void> {
  return ensureDebianPackages([...clusterPackages, ...imagePackages, ...more]);
}

/** The programs of a cluster: built once, then found in the cache. */
export function preparePrograms(signal: AbortSignal): Promise<Record<ProgramName, string>> {
  return ensurePrograms(programNames, { signal });
}

/** The archives of images, of which several may have one. */
export function archivesOf(images: readonly { readonly tarPath: string }[]): readonly ImageArchive[] {
  return [...new Set(images.map(({ tarPath }) => tarPath))].map((path) => ({ path }));
}

/** The operator's image, from its Dockerfile. */
export async function buildOperatorImage(signal: AbortSignal): Promise<ImageArchive> {
  const child = spawn(process.execPath, [join(root, 'scripts', 'image.ts')], {
    stdio: ['ignore', 'ignore', 'inherit'],
    signal,
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error('The image of the operator could not be built; the lines above say why.');
  signal.throwIfAborted();
  return { path: join(root, 'build', 'image.tar') };
}

/**
 * Three nodes that outlive this process. Always the local cluster: with kind, neither Services nor a cluster that was
 * left running can be reached from here.
 */
export async function startNodes(images: readonly ImageArchive[], signal: AbortSignal): Promise<Cluster> {
  delete process.env['CLUSTER'];
  const cluster = await startCluster({ name: clusterName, keep: true, signal });
  try {
    for (const { path, nodes } of images) {
      signal.throwIfAborted();
      progress(`loading ${basename(path)} into ${nodes?.join(', ') ?? 'each node'}`);
      await cluster.loadImage(path, nodes);
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
