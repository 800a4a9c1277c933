import { createHash } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { readArtefact, readInspection, readOldData, readRemovedOld } from '../../../../src/etcdcare/volumes/results.ts';
import { startEtcd, type EtcdServer } from '../../support/etcd.ts';
import { done, putKeys, startBench, statusOf, type Bench, type Known } from './scripts.ts';

/** For a machine that does much else. */
jest.setTimeout(120_000);

let bench: Bench;
let etcd: EtcdServer;
let known: readonly Known[];

beforeAll(async () => {
  bench = await startBench();
  etcd = await startEtcd({ members: 3 });
  await putKeys(etcd, 5);
  known = await statusOf(etcd);
});

afterAll(async () => {
  await etcd[Symbol.asyncDispose]();
  await bench[Symbol.asyncDispose]();
});

describe('data that an etcd runs on', () => {
  it.each([
    ['with flock', true],
    ['in an image without flock', false],
  ])(
    'is not touched, %s',
    async (_how, flock) => {
      const { dataDir } = etcd.member;
      const env = { OPERATION: 'op-1', DATA_DIR: dataDir, SCRATCH: await bench.mount('scratch') };
      for (const script of ['inspect', 'set-aside'] as const) {
        expect(await bench.run(script, env, { flock })).toMatchObject({
          state: 'Failed',
          exitCode: 20,
          refusal: 'LockHeld',
          message: `a process has ${dataDir}/member/snap/db open: etcd still runs on it`,
        });
      }
      expect((await readdir(dirname(dataDir))).filter((name) => name.includes('.bak-'))).toEqual([]);
    },
    60_000,
  );
});

describe('the tools of an image', () => {
  it('are found beside data that an etcd runs on, which is not touched', async () => {
    expect(done(await bench.run('check-tools', { DATA_DIR: etcd.member.dataDir }))).toEqual({
      ok: true,
      tool: 'etcdutl',
    });
  });
});

describe('a survivor', () => {
  it('gives its snapshot without a quorum, and only the member that was planned', async () => {
    await etcd.members[1]?.kill();
    await etcd.members[2]?.kill();
    const volume = await bench.mount('survivor');
    const env = {
      OPERATION: 'op-1',
      ENDPOINT: `http://${etcd.member.endpoint}`,
      ARTEFACT_DIR: join(volume, 'recovery-op-1'),
    };
    expect(await bench.run('save-from-survivor', { ...env, EXPECTED_MEMBER_ID: '5' })).toMatchObject({
      refusal: 'OtherIds',
    });
    const planned = { ...env, EXPECTED_MEMBER_ID: String(known[0]?.memberId) };
    const saved = done(await bench.run('save-from-survivor', planned));
    const artefact = readArtefact(saved);
    expect(saved).toMatchObject({
      memberId: String(known[0]?.memberId),
      clusterId: String(known[0]?.clusterId),
      index: String(known[0]?.raftIndex),
    });
    expect(artefact).toMatchObject({ alreadyDone: false, revision: known[0]?.revision });
    const again = readArtefact(done(await bench.run('save-from-survivor', planned)));
    expect(again).toEqual({ ...artefact, alreadyDone: true });
    const looked = done(
      await bench.run('save-from-survivor', {
        ...planned,
        ARTEFACT_DIR: join(volume, 'look'),
        DATA_DIR: etcd.member.dataDir,
        SCRATCH: await bench.mount('scratch-of-look'),
      }),
    );
    const open = done(
      await bench.run('inspect', {
        DATA_DIR: etcd.member.dataDir,
        SCRATCH: await bench.mount('scratch-of-open'),
        IGNORE_LOCK: '1',
      }),
    );
    // What is told of the member by itself is what a copy of its open files tells.
    const { source, lastTerm, lastIndex } = readInspection(open);
    expect(open).toMatchObject({ open: true });
    expect(looked).toMatchObject({
      keys: source?.keys.toString(),
      sessionRoots: source?.sessionRoots,
      revision: source?.revision.toString(),
      lastTerm: lastTerm?.toString(),
      lastIndex: lastIndex?.toString(),
    });
    expect(source?.revision).toBe(known[0]?.revision);
    await etcd.members[1]?.start(false);
    await etcd.members[2]?.start();
  });

  it('that does not answer is given up after a while', async () => {
    const volume = await bench.mount('nobody');
    const env = { OPERATION: 'op-1', ENDPOINT: 'http://127.0.0.1:1', ARTEFACT_DIR: volume, RETRY_SECONDS: '1' };
    expect(await bench.run('save-from-survivor', env)).toMatchObject({ exitCode: 27, refusal: 'NoAnswer' });
  });
});

describe('an artefact', () => {
  const prepare = async (file: string, sha256: string, more: Readonly<Record<string, string>> = {}) =>
    bench.run('prepare', {
      OPERATION: 'op-5',
      DATA_DIR: join(await bench.mount('target'), 'data'),
      SNAPSHOT: file,
      SHA256: sha256,
      MEMBER_NAME: 'm',
      PEER_URL: 'http://127.0.0.1:1',
      INITIAL_CLUSTER: 'm=http://127.0.0.1:1',
      TOKEN: 't',
      ...more,
    });

  it('is restored only if it is the planned one, whole, and there is space', async () => {
    const volume = await bench.mount('artefact');
    const env = { OPERATION: 'op-5', ENDPOINT: `http://${etcd.member.endpoint}`, ARTEFACT_DIR: volume };
    const { file, sha256 } = readArtefact(done(await bench.run('save-from-survivor', env)));
    expect(await prepare(file, '0'.repeat(64))).toMatchObject({ exitCode: 24, refusal: 'OtherContent' });
    const full = await prepare(file, sha256, { RESERVE_BYTES: String(2n ** 60n) });
    expect(full).toMatchObject({ exitCode: 22, refusal: 'NoSpace' });
    expect(await readdir(join(bench.folder, 'target'))).not.toContain('data.part');

    // Planned as it is, but not what etcd wrote: its own checksum behind the content tells.
    const altered = await readFile(file);
    altered[5000] = (altered[5000] ?? 0) ^ 1;
    const alteredFile = join(volume, 'altered.db');
    await writeFile(alteredFile, altered);
    expect(await prepare(alteredFile, createHash('sha256').update(altered).digest('hex'))).toMatchObject({
      refusal: 'OtherContent',
      message: `the checksum in ${alteredFile} is not that of its content`,
    });
    expect(await prepare(join(volume, 'none.db'), sha256)).toMatchObject({ refusal: 'UnexpectedState' });
  });

  it('is not asked for without saying which', async () => {
    expect(await bench.run('prepare', { OPERATION: 'op-5' })).toMatchObject({
      exitCode: 64,
      refusal: 'BadCall',
      message: 'the variable DATA_DIR is not set',
    });
    expect(await bench.run('set-aside', { OPERATION: '../x', DATA_DIR: '/a/b' })).toMatchObject({ refusal: 'BadCall' });
  });
});

describe('cleaning up', () => {
  it('lists what was left, and removes of that only what is named', async () => {
    const volume = await bench.mount('cleanup');
    const dataDir = join(volume, 'data');
    for (const name of ['data', 'data.bak-a', 'data.bak-b', 'recovery-a', 'lost+found']) {
      await writeFile(join(await bench.mount(join('cleanup', name)), 'file'), 'x'.repeat(5000));
    }
    const listed = readOldData(done(await bench.run('list-old', { DATA_DIR: dataDir })));
    expect(listed.old.map(({ name }) => name)).toEqual(['data.bak-a', 'data.bak-b', 'recovery-a']);
    expect(listed.old.every(({ bytes }) => bytes >= 5000n)).toBe(true);

    for (const name of ['data', 'lost+found', '../cleanup/data.bak-a', 'data.bak-a/../data', 'data.bak-']) {
      const NAMES = `data.bak-a ${name}`;
      expect(await bench.run('remove-old', { DATA_DIR: dataDir, NAMES })).toMatchObject({ refusal: 'UnexpectedState' });
    }
    expect(await readdir(volume)).toHaveLength(5);

    const NAMES = 'data.bak-a recovery-a data.bak-gone';
    expect(readRemovedOld(done(await bench.run('remove-old', { DATA_DIR: dataDir, NAMES })))).toMatchObject({
      removed: ['data.bak-a', 'recovery-a'],
      absent: ['data.bak-gone'],
    });
    expect((await readdir(volume)).sort()).toEqual(['data', 'data.bak-b', 'lost+found']);
  });
});

describe('data of a member that was removed', () => {
  it('is set aside though a process hangs on it, if its log says that it is of that member', async () => {
    const { dataDir } = etcd.member;
    const setAside = (removed: bigint) =>
      bench.run('set-aside', { OPERATION: 'op-2', DATA_DIR: dataDir, REMOVED_MEMBER_ID: String(removed) });
    const own = known[0]?.memberId ?? 0n;
    expect(await setAside(own + 1n)).toMatchObject({ refusal: 'LockHeld' });
    expect(await readdir(dataDir)).toEqual(['member']);
    expect(done(await setAside(own))).toMatchObject({ movedTo: `${dataDir}.bak-op-2`, memberId: String(own) });
    expect(await readdir(`${dataDir}.bak-op-2`)).toEqual(['member']);
  });
});
