import { cp, open, readFile, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import {
  readArtefact,
  readClearedMemberId,
  readInspection,
  readSetAside,
  type Inspection,
} from '../../../../src/etcdcare/volumes/results.ts';
import { startEtcd } from '../../support/etcd.ts';
import {
  done,
  fileOfFullSize,
  killedCluster,
  putKeys,
  startBench,
  type Bench,
  type Known,
  type MemberVolume,
} from './scripts.ts';

/** For a machine that does much else. */
jest.setTimeout(120_000);

let bench: Bench;
let intact: MemberVolume;
let known: Known;

beforeAll(async () => {
  bench = await startBench();
  const cluster = await killedCluster(bench, 20);
  const [volume] = cluster.volumes;
  const [member] = cluster.known;
  if (!volume || !member) throw new Error('no member');
  intact = volume;
  known = member;
});

afterAll(async () => {
  await bench[Symbol.asyncDispose]();
});

/** A copy of the intact volume under a name of its own. */
async function copyOf(name: string): Promise<MemberVolume> {
  const volume = await bench.mount(name);
  await cp(intact.dataDir, join(volume, 'data'), { recursive: true });
  return { volume, dataDir: join(volume, 'data') };
}

async function inspect({ dataDir }: MemberVolume): Promise<Inspection> {
  const scratch = await bench.mount('scratch');
  await rm(join(scratch, 'snapshot.db'), { force: true });
  return readInspection(done(await bench.run('inspect', { DATA_DIR: dataDir, SCRATCH: scratch })));
}

/** Where the record of the key `by-dev/meta/key-5` begins in the log: its length stands there in eight bytes. */
async function recordInLog(dataDir: string): Promise<{ readonly file: string; readonly offset: number }> {
  const wal = join(dataDir, 'member/wal');
  const [name = ''] = (await readdir(wal)).filter((file) => file.endsWith('.wal'));
  const file = join(wal, name);
  const content = await readFile(file);
  const key = content.indexOf('by-dev/meta/key-5');
  // {type 2, checksum}: a record's first bytes, the last time before the key.
  const offset = content.lastIndexOf(Buffer.from([0x08, 0x02, 0x10]), key) - 8;
  if (key < 0 || offset % 8 !== 0) throw new Error(`no record of the key in ${file}`);
  return { file, offset };
}

async function overwrite(dataDir: string, at: (offset: number) => number): Promise<void> {
  const { file, offset } = await recordInLog(dataDir);
  await using log = await open(file, 'r+');
  await log.write(Buffer.from([0xff, 0xff, 0xff]), 0, 3, at(offset));
}

const flipBytes = (dataDir: string): Promise<void> => overwrite(dataDir, (offset) => offset + 40);

describe('looking into a damaged volume', () => {
  it('finds the log good where the database is cut off', async () => {
    const volume = await copyOf('cut-off');
    await truncate(join(volume.dataDir, 'member/snap/db'), 12_000);
    expect(await inspect(volume)).toMatchObject({
      usable: false,
      restartable: false,
      method: 'None',
      memberId: known.memberId,
      clusterId: known.clusterId,
      lastIndex: known.raftIndex,
      database: { state: 'Damaged', sizeBytes: 12_000n },
      wal: { state: 'Good' },
    });
  });

  it('offers the database alone where bytes of the log are flipped', async () => {
    const volume = await copyOf('flipped');
    await flipBytes(volume.dataDir);
    const found = await inspect(volume);
    expect(found).toMatchObject({
      usable: true,
      restartable: false,
      method: 'RawDatabase',
      database: { state: 'Good' },
      wal: { state: 'Damaged' },
    });
    expect(found.why).toContain('walpb: crc mismatch');
    expect(found.source?.revision).toBe(found.database.revision);
    const scratch = await bench.mount('scratch');
    const env = { OPERATION: 'op-2', METHOD: 'RawDatabase', DATA_DIR: volume.dataDir, SCRATCH: scratch };
    const made = done(await bench.run('make-source', { ...env, ARTEFACT_DIR: join(volume.volume, 'recovery-op-2') }));
    // Nothing runs on it, so it comes out the same each time.
    expect(readArtefact(made).sha256).toBe(found.source?.sha256);
  });

  it('does not take a log for good of which etcd drops the rest without a word', async () => {
    // A database that is behind: nothing in it tells etcd that entries are missing.
    await using etcd = await startEtcd({ flags: ['--backend-batch-interval=60s', fileOfFullSize] });
    await putKeys(etcd, 20);
    await etcd.member.kill();
    const volume = await bench.mount('cut-short');
    const dataDir = join(volume, 'data');
    await cp(etcd.member.dataDir, dataDir, { recursive: true });
    const whole = await inspect({ volume, dataDir });
    expect(whole).toMatchObject({ restartable: true, wal: { state: 'Good' }, source: { keys: 22n } });

    await overwrite(dataDir, (offset) => offset);
    const cut = await inspect({ volume, dataDir });
    expect(cut).toMatchObject({
      usable: true,
      restartable: false,
      lastIndex: whole.lastIndex,
      wal: { state: 'Damaged' },
      why: 'etcd starts on a copy, and drops what comes behind a damaged record of the log',
    });
    expect(cut.source?.keys).toBe(7n);
  });

  it('offers the database alone where the log is gone, without ids', async () => {
    const volume = await copyOf('no-log');
    await rm(join(volume.dataDir, 'member/wal'), { recursive: true });
    const found = await inspect(volume);
    expect(found).toMatchObject({ method: 'RawDatabase', wal: { state: 'Missing' } });
    expect([found.memberId, found.clusterId, found.lastIndex]).toEqual([undefined, undefined, undefined]);
  });

  it('finds both damaged where both are', async () => {
    const volume = await copyOf('both');
    await truncate(join(volume.dataDir, 'member/snap/db'), 12_000);
    await flipBytes(volume.dataDir);
    expect(await inspect(volume)).toMatchObject({
      usable: false,
      database: { state: 'Damaged' },
      wal: { state: 'Damaged' },
    });
  });

  it('says that a volume holds nothing', async () => {
    const volume = await bench.mount('empty');
    expect(await inspect({ volume, dataDir: join(volume, 'data') })).toMatchObject({
      usable: false,
      database: { state: 'Missing' },
      wal: { state: 'Missing' },
    });
  });
});

describe('an empty member_id', () => {
  it('is moved out of the data directory, once', async () => {
    const { volume, dataDir } = await copyOf('member-id');
    await writeFile(join(dataDir, 'member_id'), '');
    const env = { OPERATION: 'op-3', DATA_DIR: dataDir };
    const movedTo = join(volume, 'member_id.bak-op-3');
    expect(readClearedMemberId(done(await bench.run('clear-member-id', env)))).toEqual({ alreadyDone: false, movedTo });
    expect(await readdir(dataDir)).toEqual(['member']);
    expect(readClearedMemberId(done(await bench.run('clear-member-id', env)))).toEqual({ alreadyDone: true, movedTo });
  });

  it('stays where it is not empty, and where the image would wipe a directory without one', async () => {
    const { dataDir } = await copyOf('member-id-kept');
    const env = { OPERATION: 'op-3', DATA_DIR: dataDir };
    await writeFile(join(dataDir, 'member_id'), 'abc');
    expect(await bench.run('clear-member-id', env)).toMatchObject({
      refusal: 'UnexpectedState',
      message: `${dataDir}/member_id is not empty: it names member abc`,
    });
    await writeFile(join(dataDir, 'member_id'), '');
    await rm(join(dataDir, 'member/snap/db'));
    expect(await bench.run('clear-member-id', env)).toMatchObject({ refusal: 'UnexpectedState' });
    expect((await readdir(dataDir)).sort()).toEqual(['member', 'member_id']);
  });
});

describe('setting a data directory aside', () => {
  it('renames it once, with the file that would make an image wipe the next one', async () => {
    const { volume, dataDir } = await copyOf('aside');
    await writeFile(join(volume, 'member_removal.log'), 'Member 1 removed from cluster 2');
    const expected = { EXPECTED_MEMBER_ID: String(known.memberId), EXPECTED_CLUSTER_ID: String(known.clusterId) };
    const env = { OPERATION: 'op-4', DATA_DIR: dataDir };
    const { memberId, clusterId } = known;
    for (const foreign of [{ EXPECTED_MEMBER_ID: '7' }, { SPARED_MEMBER_ID: String(memberId) }])
      expect(await bench.run('set-aside', { ...env, ...foreign })).toMatchObject({ refusal: 'OtherIds' });

    const first = readSetAside(done(await bench.run('set-aside', { ...env, ...expected })));
    const movedTo = `${dataDir}.bak-op-4`;
    expect(first).toEqual({ alreadyDone: false, dataAgain: false, movedTo, memberId, clusterId });
    expect((await readdir(volume)).sort()).toEqual(['data.bak-op-4', 'member_removal.log.bak-op-4']);

    await cp(intact.dataDir, dataDir, { recursive: true });
    const second = readSetAside(done(await bench.run('set-aside', { ...env, ...expected })));
    expect(second).toMatchObject({ alreadyDone: true, dataAgain: true });
    expect(await readdir(dataDir)).toEqual(['member']);
  });
});
