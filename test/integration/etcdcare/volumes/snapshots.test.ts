import { readdir } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { readSavedSnapshot, type SavedSnapshot } from '../../../../src/etcdcare/volumes/results.ts';
import { startEtcd, type EtcdServer } from '../../support/etcd.ts';
import { done, startBench, statusOf, type Bench } from './scripts.ts';

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

async function save(operation: string, more: Readonly<Record<string, string>> = {}): Promise<SavedSnapshot> {
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
  return readSavedSnapshot(done(await bench.run('save-snapshot', env)));
}

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
    const nothing = { ENDPOINTS: `http://${empty.member.endpoint}`, ETCDCTL_USER: '', ETCDCTL_PASSWORD: '' };
    const plain = { ETCDCTL_CACERT: '', ETCDCTL_CERT: '', ETCDCTL_KEY: '' };
    for (const operation of ['5', '6', '7']) await save(operation, { ...nothing, ...plain });
    const last = await save('8', { ...nothing, ...plain });
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
    const plain = { ETCDCTL_CACERT: '', ETCDCTL_CERT: '', ETCDCTL_KEY: '', ETCDCTL_USER: '', ETCDCTL_PASSWORD: '' };
    const folder = await bench.mount('odd');
    const saved = await save('10', { ...plain, ENDPOINTS: `http://${odd.member.endpoint}`, SNAPSHOT_DIR: folder });
    expect(saved.newest.sessionRoots).toEqual([root]);
    expect(saved.snapshots).toMatchObject([{ name: 'snapshot-10.db', keys: 1n, sessionRoots: [root] }]);
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
