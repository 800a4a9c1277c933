import { readdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { readSavedSnapshot, type SavedSnapshot } from '../../../../src/etcdcare/volumes/results.ts';
import type { ScriptOutcome } from '../../../../src/etcdcare/volumes/script-outcome.ts';
import { startEtcd, type EtcdServer } from '../../support/etcd.ts';
import { done, startBench, statusOf, type Bench, type RunScriptOptions } from './scripts.ts';

/** For a machine that does much else. */
jest.setTimeout(120_000);

let bench: Bench;
let etcd: EtcdServer;
let empty: EtcdServer;

beforeAll(async () => {
  bench = await startBench();
  etcd = await startEtcd({ tls: 'mutual', auth: { rootPassword: 'secret' } });
  for (const key of ['a/1', 'a/2', 'a/3', 'by-dev/meta/session/x']) await etcd.etcdctl(['put', key, 'x']);
  empty = await startEtcd();
});

afterAll(async () => {
  await etcd[Symbol.asyncDispose]();
  await empty[Symbol.asyncDispose]();
  await bench[Symbol.asyncDispose]();
});

async function save(
  operation: string,
  more: Readonly<Record<string, string>> = {},
  options?: RunScriptOptions,
): Promise<SavedSnapshot> {
  return readSavedSnapshot(done(await trySave(operation, more, options)));
}

async function trySave(
  operation: string,
  more: Readonly<Record<string, string>> = {},
  options?: RunScriptOptions,
): Promise<ScriptOutcome> {
  const env = {
    OPERATION: operation,
    SNAPSHOT_DIR: await bench.mount('snapshots'),
    SCRATCH: await bench.mount('scratch'),
    // The first one is nobody: another is asked.
    ENDPOINTS: `https://127.0.0.1:1,https://${etcd.member.endpoint}`,
    KEEP: '2',
    ETCDCTL_CACERT: etcd.tls?.ca.certFile ?? '',
    ETCDCTL_CERT: etcd.tls?.client.certFile ?? '',
    ETCDCTL_KEY: etcd.tls?.client.keyFile ?? '',
    ETCDCTL_USER: 'root',
    ETCDCTL_PASSWORD: 'secret',
    ...more,
  };
  return bench.run('save-snapshot', env, options);
}

/** Environment of a plain etcd: without users and without TLS. */
const plain = (etcdServer: EtcdServer): Readonly<Record<string, string>> => ({
  ENDPOINTS: `http://${etcdServer.member.endpoint}`,
  ...Object.fromEntries(['CACERT', 'CERT', 'KEY', 'USER', 'PASSWORD'].map((name) => [`ETCDCTL_${name}`, ''])),
});

/** Programs of a machine whose SNAPSHOT_DIR lies on a volume of CAPACITY bytes. */
async function smallVolume(): Promise<RunScriptOptions> {
  const programs = await bench.mount('small-volume');
  const df = `#!/bin/bash
folder=\${!#}
[[ $folder == "$SNAPSHOT_DIR" ]] || { printf 'Avail\\n%s\\n' 1000000000000; exit; }
read -r used _ < <(du -s -B1 --apparent-size -- "$folder")
printf 'Avail\\n%s\\n' $((CAPACITY - used))
`;
  await writeFile(join(programs, 'df'), df, { mode: 0o755 });
  return { programs };
}

/** How much a folder needs that holds so many snapshots of that size, and not one more. */
const roomFor = (count: number, bytes: bigint): string => String(1_000_000n + BigInt(count) * bytes + bytes / 2n);

const filesIn = async (folder: string): Promise<readonly string[]> => (await readdir(folder)).sort();

// Each test goes on from where the one before ended.
describe('scheduled snapshots', () => {
  it('are saved once each, with what is in them', async () => {
    const [status] = await statusOf(etcd);
    const first = await save('1');
    expect(first).toMatchObject({ alreadyDone: false, kept: 1n, held: 0n, removed: [] });
    expect(first.newest).toMatchObject({
      name: 'snapshot-1.db',
      clusterId: status?.clusterId,
      revision: status?.revision,
      keys: 4n,
      prefixes: [
        { prefix: 'a', keys: 3n },
        { prefix: 'by-dev', keys: 1n },
      ],
      sessionRoots: ['by-dev'],
    });
    expect(await save('1')).toEqual({ ...first, alreadyDone: true });
    expect((await readdir(`${bench.folder}/snapshots`)).sort()).toEqual(['snapshot-1.db', 'snapshot-1.info']);
  });

  it('are rotated by count, unless that is frozen', async () => {
    await save('2');
    expect(await save('3', { FREEZE: '1' })).toMatchObject({ kept: 3n, held: 1n, removed: [] });
    const fourth = await save('4');
    expect(fourth).toMatchObject({ kept: 2n, held: 0n, removed: ['snapshot-2.db', 'snapshot-1.db'] });
    expect(fourth.snapshots).toMatchObject([
      { name: 'snapshot-4.db', keys: 4n, sessionRoots: ['by-dev'] },
      { name: 'snapshot-3.db', keys: 4n, sessionRoots: ['by-dev'] },
    ]);
  });

  it('are not rotated away by those of an empty store', async () => {
    for (const operation of ['5', '6', '7']) await save(operation, plain(empty));
    const last = await save('8', plain(empty));
    expect(last.newest.keys).toBe(0n);
    expect(last.held).toBe(2n);
    expect(last.snapshots.map(({ name }) => name)).toEqual([
      'snapshot-8.db',
      'snapshot-7.db',
      'snapshot-4.db',
      'snapshot-3.db',
    ]);
  });

  it('are listed whatever characters the keys below which sessions lie have', async () => {
    await using odd = await startEtcd();
    const root = 'a]b"c\\d[e';
    await odd.etcdctl(['put', `${root}/meta/session/x`, 'x']);
    const folder = await bench.mount('odd');
    const saved = await save('10', { ...plain(odd), SNAPSHOT_DIR: folder });
    expect(saved.newest.sessionRoots).toEqual([root]);
    expect(saved.snapshots).toMatchObject([{ name: 'snapshot-10.db', keys: 1n, sessionRoots: [root] }]);
  });

  it('are saved where names are so long that not all of them fit into a termination log', async () => {
    await using odd = await startEtcd();
    for (const number of Array(12).keys())
      await odd.etcdctl(['put', `${10 + number}${'"'.repeat(90)}/meta/session/x`, 'x']);
    const folder = await bench.mount('long');
    const { newest, snapshots } = await save('20', { ...plain(odd), SNAPSHOT_DIR: folder });
    expect(newest.prefixes).toContainEqual({ prefix: `21${'"'.repeat(78)}`, keys: 1n });
    expect(newest.prefixes.length).toBeGreaterThan(3);
    expect(newest.sessionRoots.length).toBeGreaterThan(3);
    expect(newest.keysOfOtherPrefixes).toBe(12n - BigInt(newest.prefixes.length));
    expect(snapshots.length).toBeLessThanOrEqual(1);
  });

  it('leave no file behind that a killed Job began, and touch none that is being written', async () => {
    const folder = await bench.mount('killed');
    const left = ['snapshot-k.unfinished', 'snapshot-k.unfinished.part', 'snapshot-l.unfinished'];
    for (const name of left) await writeFile(join(folder, name), 'x');
    const twoHoursAgo = new Date(Date.now() - 7_200_000);
    for (const name of left.slice(0, 2)) await utimes(join(folder, name), twoHoursAgo, twoHoursAgo);
    await save('11', { ...plain(empty), SNAPSHOT_DIR: folder });
    expect(await filesIn(folder)).toEqual(['snapshot-11.db', 'snapshot-11.info', 'snapshot-l.unfinished']);
  });

  it('leave no file behind where what was saved proves to be none', async () => {
    const folder = await bench.mount('unproven');
    const programs = await bench.mount('no-restore');
    await writeFile(join(programs, 'etcdutl'), '#!/bin/bash\nexit 1\n', { mode: 0o755 });
    expect(await trySave('12', { ...plain(empty), SNAPSHOT_DIR: folder }, { programs })).toMatchObject({
      state: 'Failed',
    });
    expect(await filesIn(folder)).toEqual([]);
  });

  it('make room by rotating first where the volume holds no more than are kept', async () => {
    const folder = await bench.mount('small');
    // With users and TLS: the keys are counted first.
    const known = { SNAPSHOT_DIR: folder, ENDPOINTS: `https://${etcd.member.endpoint}` };
    await save('13', known);
    const { newest } = await save('14', known);
    const env = { ...known, CAPACITY: roomFor(2, newest.sizeBytes) };
    expect(await save('15', env, await smallVolume())).toMatchObject({ kept: 2n, removed: ['snapshot-13.db'] });
    expect(await filesIn(folder)).toEqual(['snapshot-14.db', 'snapshot-14.info', 'snapshot-15.db', 'snapshot-15.info']);
  });

  it('never make room by what holds more than twice the keys, or by the last one', async () => {
    await using other = await startEtcd();
    for (const key of ['a', 'b', 'c']) await other.etcdctl(['put', key, 'x']);
    const folder = await bench.mount('rich');
    await save('16', { ...plain(other), SNAPSHOT_DIR: folder });
    const { newest } = await save('17', { ...plain(other), SNAPSHOT_DIR: folder });
    for (const key of ['a', 'b']) await other.etcdctl(['del', key]);
    const env = { ...plain(other), SNAPSHOT_DIR: folder, CAPACITY: roomFor(2, newest.sizeBytes) };
    expect(await trySave('18', env, await smallVolume())).toMatchObject({
      refusal: 'NoSpace',
      message: expect.stringMatching(
        /; 2 snapshots were there and 2 are to be kept: enlarge the volume, or lower spec.snapshots.keep of the EtcdGuard$/,
      ),
    });
    for (const key of ['a', 'b']) await other.etcdctl(['put', key, 'x']);
    const one = { ...env, KEEP: '1', CAPACITY: roomFor(1, newest.sizeBytes) };
    expect(await trySave('19', one, await smallVolume())).toMatchObject({ refusal: 'NoSpace' });
    expect(await filesIn(folder)).toEqual(['snapshot-17.db', 'snapshot-17.info']);
  });

  it('end in plain words where nobody answers', async () => {
    const env = {
      OPERATION: '9',
      SNAPSHOT_DIR: await bench.mount('snapshots'),
      SCRATCH: await bench.mount('scratch'),
      ENDPOINTS: 'http://127.0.0.1:1',
      KEEP: '2',
      RETRY_SECONDS: '1',
    };
    expect(await bench.run('save-snapshot', env)).toMatchObject({
      refusal: 'NoAnswer',
      message: expect.stringMatching(/^none of http:\/\/127.0.0.1:1 gives a snapshot: ./),
    });
  });
});

describe('copies of a healthy member, taken before another is replaced', () => {
  async function copy(operation: string, from: EtcdServer, volume: string): Promise<void> {
    const env = {
      OPERATION: operation,
      ENDPOINT: `http://${from.member.endpoint}`,
      ARTEFACT_DIR: join(volume, `recovery-${operation}`),
      PRECAUTION: '1',
    };
    done(await bench.run('save-from-survivor', env));
  }

  it('do not pile up on its volume: each makes way for the next, what a rebuild left there stays', async () => {
    const volume = await bench.mount('healthy');
    const rebuilt = join(await bench.mount('healthy/recovery-rebuild'), 'snapshot.db');
    await writeFile(rebuilt, 'x');
    const left = join(await bench.mount('healthy/recovery-killed'), 'snapshot.unfinished.part');
    await writeFile(left, 'x');
    await utimes(left, new Date(0), new Date(0));
    for (const operation of ['1', '2', '3']) await copy(operation, empty, volume);
    expect(await filesIn(volume)).toEqual(['recovery-3', 'recovery-killed', 'recovery-rebuild']);
    expect(await filesIn(join(volume, 'recovery-3'))).toEqual(['precaution', 'snapshot.db']);
    expect(await filesIn(join(volume, 'recovery-killed'))).toEqual([]);
    expect(await filesIn(join(volume, 'recovery-rebuild'))).toEqual(['snapshot.db']);
  });

  it('stay where they are of another cluster, or hold more than twice the keys', async () => {
    await using other = await startEtcd();
    const volume = await bench.mount('other-healthy');
    await copy('1', empty, volume);
    for (const number of Array(40).keys()) await other.etcdctl(['put', `key-${number}`, 'x']);
    await copy('2', other, volume);
    await other.etcdctl(['del', 'key-', '--prefix']);
    // Deletions that are compacted together with what they delete leave nothing behind, but at the very last revision.
    await other.etcdctl(['put', 'last', 'x']);
    await other.etcdctl(['compact', '43', '--physical']);
    await copy('3', other, volume);
    expect(await filesIn(volume)).toEqual(['recovery-1', 'recovery-2', 'recovery-3']);
  });
});
