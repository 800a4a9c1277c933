import { open, readdir, readFile, rm, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { callEtcd, encode } from './etcd-gateway.ts';
import type { EtcdSet } from './etcd-set.ts';

/*
 * Damage to a member's data, done on this machine in the folder of its volume, as a failing disk or a careless hand
 * would: the process is not asked. What it means shows when etcd starts again; see `damage`.
 */

/** Something done to a data directory. */
export type Damage = (dataDir: string) => Promise<void>;

/**
 * Damages the data of a member and kills its process, so that it starts with what is left. Of a leader generation G1
 * notices an empty file only if there is another one soon enough.
 */
export async function damage(etcd: EtcdSet, pod: string, how: Damage): Promise<void> {
  await how(join(await etcd.volumeFolder(pod), 'data'));
  await etcd.kill([pod]).catch(() => undefined); // it may have died of the damage, or be between two lives
}

/** Empties the file of the member's id, as a kill in the wrong moment does; only generation G1 has one. */
export const emptyMemberID: Damage = (dataDir) => truncate(join(dataDir, 'member_id'));

/** Cuts the database off after its first two pages, which describe the rest. */
export const truncateDatabase: Damage = (dataDir) => truncate(join(dataDir, 'member', 'snap', 'db'), 2 * 4096);

/**
 * Inverts the bytes of a text in the write-ahead log: choose one that was written, a key say, so that it lies in an
 * entry and the entry's checksum tells.
 * @throws Error when no file of the log holds the text.
 */
export const flipInLog =
  (text: string): Damage =>
  async (dataDir) => {
    const folder = join(dataDir, 'member', 'wal');
    for (const name of (await readdir(folder)).filter((file) => file.endsWith('.wal')).sort()) {
      const file = join(folder, name);
      const at = (await readFile(file)).indexOf(text);
      if (at < 0) continue;
      await using log = await open(file, 'r+');
      await log.write(
        Buffer.from(text).map((byte) => byte ^ 0xff),
        0,
        text.length,
        at,
      );
      return;
    }
    throw new Error(`no file in ${folder} holds ${text}`);
  };

/** Removes the write-ahead log; the database stays. */
export const deleteLog: Damage = (dataDir) => rm(join(dataDir, 'member', 'wal'), { recursive: true });

/** Removes the whole data directory; the volume stays. */
export const removeData: Damage = (dataDir) => rm(dataDir, { recursive: true });

/**
 * Puts large values until etcd refuses for want of space: every member has the alarm then.
 * @param distinctKeys with few, nearly all of it is old revisions, which compacting drops.
 */
export async function fillQuota(
  { url, access }: Pick<EtcdSet, 'url' | 'access'>,
  { distinctKeys }: { readonly distinctKeys: number },
): Promise<void> {
  const value = encode('x'.repeat(1_000_000)); // a request may have 1.5 MiB
  let answeredMs = Date.now();
  for (let number = 0; ; number++) {
    try {
      await callEtcd(url, 'put', { key: encode(`filling/${number % distinctKeys}`), value }, undefined, access);
      answeredMs = Date.now();
    } catch (error) {
      if (String(error).includes('database space exceeded')) return;
      // On a busy machine a large put may take too long, or cost the leader its lead: it is put again.
      if (Date.now() - answeredMs > 60_000) throw error;
      await sleep(200);
    }
  }
}

/** Leaves the first member alone and without a quorum, and the others' databases beyond use. */
export async function loseAllButOne(etcd: EtcdSet): Promise<void> {
  await etcd.scale(1);
  for (const pod of etcd.pods.slice(1)) await truncateDatabase(join(await etcd.volumeFolder(pod), 'data'));
}
