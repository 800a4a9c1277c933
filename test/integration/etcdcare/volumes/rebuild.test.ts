import { access, chmod, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import {
  readArtefact,
  readFlipped,
  readInspection,
  readPrepared,
  type Artefact,
  type Prepared,
} from '../../../../src/etcdcare/volumes/results.ts';
import { run } from '../../../cluster/process.ts';
import { ensurePrograms } from '../../../cluster/programs.ts';
import { startEtcdMember, untilHealthy } from '../../support/etcd-member.ts';
import { freePorts } from '../../support/free-ports.ts';
import { done, killedCluster, startBench, type Bench, type Known, type MemberVolume } from './scripts.ts';

/** For a machine that does much else. */
jest.setTimeout(120_000);

const keys = 40;
/** With the session and a key beside all roots. */
const allKeys = BigInt(keys + 2);

let bench: Bench;
let volumes: readonly MemberVolume[];
let known: readonly Known[];
let ports: readonly number[];

beforeAll(async () => {
  bench = await startBench();
  ({ volumes, known } = await killedCluster(bench, keys));
  ports = await freePorts(9);
});

afterAll(async () => {
  await bench[Symbol.asyncDispose]();
});

const volumeAt = (ordinal: number): MemberVolume => {
  const found = volumes[ordinal];
  if (!found) throw new Error(`no volume ${ordinal}`);
  return found;
};
const peerURL = (ordinal: number): string => `http://127.0.0.1:${ports[ordinal + 3]}`;
const initialCluster = (): string => [0, 1, 2].map((ordinal) => `etcd-${ordinal}=${peerURL(ordinal)}`).join(',');

async function inspect(ordinal: number) {
  const scratch = await bench.mount(`scratch-${ordinal}`);
  return readInspection(done(await bench.run('inspect', { DATA_DIR: volumeAt(ordinal).dataDir, SCRATCH: scratch })));
}

// Each test goes on from where the one before ended: together they are the way of a rebuilding.
describe('rebuilding three members from one volume', () => {
  let artefact: Artefact;
  const prepared: Prepared[] = [];

  it('tells what each volume is worth, with the ids, the term and the index that the members had', async () => {
    for (const ordinal of [0, 1, 2]) {
      const found = await inspect(ordinal);
      const member = known[ordinal];
      expect(found).toMatchObject({
        usable: true,
        restartable: true,
        method: 'Member',
        memberId: member?.memberId,
        clusterId: member?.clusterId,
        lastTerm: member?.raftTerm,
        lastIndex: member?.raftIndex,
        database: { state: 'Good' },
        wal: { state: 'Good' },
        why: '',
      });
      expect(found.source).toMatchObject({
        keys: allKeys,
        prefixes: [
          { prefix: 'by-dev', keys: allKeys - 1n },
          { prefix: 'other', keys: 1n },
        ],
        sessionRoots: ['by-dev'],
      });
      // What a member has in its log and does not know to be committed is dropped: at most the last put here.
      expect([0n, 1n]).toContain((member?.revision ?? 0n) - (found.source?.revision ?? 0n));
      expect(await readdir(volumeAt(ordinal).volume)).toEqual([`etcd-${ordinal}`]);
    }
  });

  it('makes the source once, and only of what was approved', async () => {
    const { volume, dataDir } = volumeAt(1);
    const scratch = await bench.mount('scratch-source');
    const { source } = await inspect(1);
    const env = {
      OPERATION: 'op-1',
      METHOD: 'Member',
      DATA_DIR: dataDir,
      SCRATCH: scratch,
      ARTEFACT_DIR: join(volume, 'recovery-op-1'),
    };
    const other = await bench.run('make-source', { ...env, EXPECTED_HASH_KV: '1' });
    expect(other).toMatchObject({ state: 'Failed', refusal: 'OtherContent' });

    const expected = { EXPECTED_HASH_KV: String(source?.hashKV), EXPECTED_REVISION: String(source?.revision) };
    artefact = readArtefact(done(await bench.run('make-source', { ...env, ...expected })));
    expect(artefact).toMatchObject({ alreadyDone: false, revision: source?.revision });
    const again = readArtefact(done(await bench.run('make-source', { ...env, ...expected })));
    expect(again).toEqual({ ...artefact, alreadyDone: true });
  });

  it('restores beside the data of each member, which stays as it is, and does so once', async () => {
    for (const ordinal of [0, 1, 2]) {
      const { dataDir, volume } = volumeAt(ordinal);
      const env = {
        OPERATION: 'op-1',
        DATA_DIR: dataDir,
        SNAPSHOT: artefact.file,
        SHA256: artefact.sha256,
        MEMBER_NAME: `etcd-${ordinal}`,
        PEER_URL: peerURL(ordinal),
        INITIAL_CLUSTER: initialCluster(),
        TOKEN: 'fresh',
        BUMP_REVISION: '1000000000',
      };
      const before = await readFile(join(dataDir, 'member/snap/db'));
      const first = readPrepared(done(await bench.run('prepare', env)));
      expect(first).toMatchObject({
        alreadyDone: false,
        bumped: true,
        revision: artefact.revision + 1_000_000_000n,
      });
      expect(readPrepared(done(await bench.run('prepare', env)))).toEqual({ ...first, alreadyDone: true });
      expect((await readFile(join(dataDir, 'member/snap/db'))).equals(before)).toBe(true);
      expect((await readdir(volume)).sort()).toEqual(
        [`etcd-${ordinal}`, `etcd-${ordinal}.part`, 'recovery-op-1'].sort(),
      );
      prepared.push(first);
    }
    expect(new Set(prepared.map(({ clusterId }) => clusterId)).size).toBe(1);
    expect(prepared[0]?.clusterId).not.toBe(known[0]?.clusterId);
  });

  const flip = (ordinal: number, more: Readonly<Record<string, string>> = {}, programs?: string) =>
    bench.run(
      'flip',
      {
        OPERATION: 'op-1',
        DATA_DIR: volumeAt(ordinal).dataDir,
        SHA256: artefact.sha256,
        MEMBER_ID: String(prepared[ordinal]?.memberId),
        CLUSTER_ID: String(prepared[ordinal]?.clusterId),
        EXPECTED_MEMBER_ID: String(known[ordinal]?.memberId),
        EXPECTED_CLUSTER_ID: String(known[ordinal]?.clusterId),
        ...more,
      },
      programs === undefined ? {} : { programs },
    );

  it.each([
    ['the snapshot', { SHA256: 'f'.repeat(64) }, 'OtherContent'],
    ['the new member', { MEMBER_ID: '1' }, 'OtherIds'],
    ['the old member', { EXPECTED_MEMBER_ID: '1' }, 'OtherIds'],
    ['the old cluster', { EXPECTED_CLUSTER_ID: '1' }, 'OtherIds'],
  ])('does not flip where %s is another than planned', async (_what, more, refusal) => {
    expect(await flip(0, more)).toMatchObject({ state: 'Failed', refusal });
    expect(await readdir(volumeAt(0).volume)).toContain('etcd-0.part');
  });

  it('flips, and a second time changes nothing', async () => {
    for (const ordinal of [0, 1]) {
      const { dataDir, volume } = volumeAt(ordinal);
      const movedTo = `${dataDir}.bak-op-1`;
      expect(readFlipped(done(await flip(ordinal)))).toMatchObject({ alreadyDone: false, movedTo });
      const after = await readdir(volume);
      expect(readFlipped(done(await flip(ordinal)))).toMatchObject({ alreadyDone: true, movedTo });
      expect(await readdir(volume)).toEqual(after);
    }
  });

  it('goes on where it was killed between the two renames', async () => {
    const { dataDir } = volumeAt(2);
    const programs = await bench.mount('killing');
    const mv = join(programs, 'mv');
    await writeFile(
      mv,
      '#!/bin/bash\nif [[ $* == *.part* ]]; then kill -KILL $PPID; exit; fi\nexec /usr/bin/mv "$@"\n',
    );
    await chmod(mv, 0o755);
    expect((await flip(2, {}, programs)).code).toBeNull();
    await expect(access(dataDir)).rejects.toThrow('ENOENT');

    expect(readFlipped(done(await flip(2)))).toMatchObject({ alreadyDone: false, movedTo: `${dataDir}.bak-op-1` });
    expect(await readdir(`${dataDir}.bak-op-1`)).toEqual(['member']);
  });

  it('gives one cluster of three with equal hashes and every key', async () => {
    const { etcd, etcdctl } = await ensurePrograms(['etcd', 'etcdctl']);
    await using members = new AsyncDisposableStack();
    const started = [];
    for (const ordinal of [0, 1, 2]) {
      const client = `http://127.0.0.1:${ports[ordinal]}`;
      const flags = [
        ...['--listen-client-urls', client, '--advertise-client-urls', client],
        ...['--listen-peer-urls', peerURL(ordinal), '--initial-advertise-peer-urls', peerURL(ordinal)],
        ...['--initial-cluster', initialCluster(), '--initial-cluster-state', 'existing', '--unsafe-no-fsync'],
      ];
      const port = ports[ordinal] ?? 0;
      const metricsPort = ports[ordinal + 6] ?? 0;
      const spec = {
        program: etcd,
        folder: volumeAt(ordinal).volume,
        name: `etcd-${ordinal}`,
        port,
        metricsPort,
        flags,
      };
      started.push(members.use(await startEtcdMember(spec)));
    }
    await untilHealthy(started);
    const endpoints = ['--endpoints', started.map(({ endpoint }) => endpoint).join(',')];
    const hashes = await run(etcdctl, [...endpoints, 'endpoint', 'hashkv', '-w', 'json']);
    expect(new Set(hashes.match(/"hash":\d+/g)).size).toBe(1);
    expect(hashes.match(/"cluster_id":\d+/g)).toEqual([0, 1, 2].map(() => `"cluster_id":${prepared[0]?.clusterId}`));
    for (const { endpoint } of started) {
      const found = await run(etcdctl, ['--endpoints', endpoint, 'get', '', '--prefix', '--keys-only']);
      const names = found.split('\n').filter((line) => line.startsWith('by-dev/meta/key-'));
      expect(names).toHaveLength(keys);
    }
  });
});
