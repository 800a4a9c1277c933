import { spawn } from 'node:child_process';
import { readdir, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import { run } from '../../../cluster/process.ts';
import { ensurePrograms } from '../../../cluster/programs.ts';
import { until } from '../../../support/until.ts';
import { expectRecovered, symptom } from '../../support/etcd-outcome.ts';
import { startEtcdSet } from '../../support/etcd-set.ts';
import { guardEtcd } from '../../support/guard.ts';
import { Ledger } from '../../support/ledger.ts';
import { approve, askForRecovery, keepsOldData, untilRecovery } from '../../support/recovery.ts';
import { scenario } from '../../support/scenario.ts';

const patient = { timeoutMs: 240_000 };

/** Whether the bytes of a key stand in the log and in the database of a data directory. */
async function whereIs(key: string, dataDir: string): Promise<{ readonly log: boolean; readonly database: boolean }> {
  const wal = join(dataDir, 'member', 'wal');
  const segments = (await readdir(wal)).filter((name) => name.endsWith('.wal'));
  const found = await Promise.all(segments.map(async (name) => (await readFile(join(wal, name))).includes(key)));
  const database = (await readFile(join(dataDir, 'member', 'snap', 'db'))).includes(key);
  return { log: found.some(Boolean), database };
}

/** What a client does that had a watch open before: it asks for what came after the last revision that it saw. */
async function resumedWatch(url: string, prefix: string, revision: bigint) {
  const { etcdctl } = await ensurePrograms(['etcdctl']);
  const child = spawn(etcdctl, ['--endpoints', url, 'watch', prefix, '--prefix', `--rev=${revision + 1n}`], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
  return { said: () => said, [Symbol.dispose]: () => void child.kill('SIGKILL') };
}

scenario(
  'an acknowledged write that stands in a log alone survives a restore from volumes, and a watch of before is told that it missed something',
  async (scene) => {
    const { kubectl } = scene;
    const etcd = await startEtcdSet(scene);
    // The database is written once a minute, not ten times a second: what is younger stands in the log alone.
    await etcd.scale(0);
    const slow = ['ETCD_BACKEND_BATCH_INTERVAL=60s', 'ETCD_BACKEND_BATCH_LIMIT=1000000'];
    await kubectl.run(['set', 'env', `statefulset/${etcd.name}`, ...slow]);
    await kubectl.run(['scale', 'statefulset', etcd.name, '--replicas=3']);
    await etcd.untilHealthy();
    await using ledger = Ledger.start(etcd);
    await ledger.further(20);
    await ledger.stop();
    // That an entry is committed is written down for certain with the next one only.
    await etcd.etcdctl(['put', 'after-the-ledger', 'x']);
    const seen = BigInt(/"revision":"?(\d+)/.exec(await etcd.etcdctl(['get', 'x', '--write-out', 'json']))?.[1] ?? 0);
    const last = ledger.acknowledged.at(-1)?.key ?? '';

    // What a power cut would leave: copies as they are now, put in the place of what an orderly end writes.
    const volumes = await Promise.all(etcd.pods.map((pod) => etcd.volumeFolder(pod)));
    for (const volume of volumes) await run('cp', ['--archive', join(volume, 'data'), join(volume, 'data.cut-off')]); // owners, too
    await etcd.scale(0);
    for (const [index, volume] of volumes.entries()) {
      await rename(join(volume, 'data'), join(volume, 'data.orderly'));
      if (index === 0) await rename(join(volume, 'data.cut-off'), join(volume, 'data'));
    }
    expect(await whereIs(last, join(volumes[0] ?? '', 'data'))).toEqual({ log: true, database: false });

    const broken = await symptom(scene);
    await guardEtcd(scene, etcd.name);
    await askForRecovery(scene, 'restore', { guardName: etcd.name, action: 'RestoreFromSnapshot' });
    const { status, metadata } = await untilRecovery(scene, 'restore', 'AwaitingApproval', patient);
    expect(status?.sources?.find(({ chosen }) => chosen)?.name).toBe(etcd.pods[0]);
    await approve(scene, 'restore', status?.planHash ?? '');
    await untilRecovery(scene, 'restore', 'Succeeded', patient);
    await expectRecovered(scene, broken, { etcd, ledger });
    expect(ledger.acknowledged.map(({ key }) => key)).toContain(last);
    expect(await keepsOldData(etcd, metadata.uid, etcd.pods.slice(0, 1))).toBe(true); // the others had none

    using watch = await resumedWatch(etcd.url, ledger.prefix, seen);
    await until('the watch to be told', () => watch.said().includes('required revision has been compacted'));
  },
  { timeoutMs: 600_000 },
);
