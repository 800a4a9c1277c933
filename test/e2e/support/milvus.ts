import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
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
  const archive = await ensureMilvusImage(release);
  const record = join(cluster.runDir, 'loaded-milvus.json');
  await withLock(`${record}.lock`, async () => {
    const loaded = JSON.parse(await readFile(record, 'utf8').catch(() => '[]')) as string[];
    if (loaded.includes(archive)) return;
    progress(`loading Milvus ${release}`);
    await cluster.loadImage(archive);
    await writeFile(record, JSON.stringify([...loaded, archive]));
  });
  return milvusImage(release);
}
