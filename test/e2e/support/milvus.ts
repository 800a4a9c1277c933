import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Cluster } from '../../cluster/cluster.ts';
import { progress, withLock } from '../../cluster/cache.ts';
import { ensureMilvusImage, milvusImage } from '../../images/milvus-image.ts';
import type { MilvusRelease } from '../../images/milvus-server.ts';
import type { Scene } from './scenario.ts';

/**
 * Brings the real Milvus server of a release to every node, unless it is there: it is a quarter of a gigabyte, so only
 * scenarios that run it load it.
 * @returns its image, for a pair's spec.
 */
export async function loadMilvus({ cluster }: Scene, release: MilvusRelease): Promise<string> {
  await loadArchive(cluster, await ensureMilvusImage(release));
  return milvusImage(release);
}

/**
 * Brings an image that not every scenario needs to every node, unless it is there.
 * @param nodes the only ones that need it
 */
export async function loadArchive(cluster: Cluster, archive: string, nodes?: readonly string[]): Promise<void> {
  const record = join(cluster.runDir, 'loaded-milvus.json');
  await withLock(`${record}.lock`, async () => {
    const loaded = JSON.parse(await readFile(record, 'utf8').catch(() => '[]')) as string[];
    if (loaded.includes(archive)) return;
    progress(`loading ${archive}`);
    await cluster.loadImage(archive, nodes);
    await writeFile(record, JSON.stringify([...loaded, archive]));
  });
}
