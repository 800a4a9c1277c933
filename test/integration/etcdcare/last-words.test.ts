import { once } from 'node:events';
import { mkdtemp, open, readdir, readFile, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type ConnectionOptions } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { AilmentCase } from '../../../src/api/etcd-guard.ts';
import { diagnose } from '../../../src/etcdcare/diagnose/index.ts';
import { logLines } from '../../../src/etcdcare/log-lines.ts';
import { flipInLog, truncateDatabase } from '../../e2e/support/etcd-damage.ts';
import { crashing, etcdWith } from '../../unit/etcdcare/support/facts.ts';
import {
  makeDoomedEtcd,
  type DoomedEtcd,
  type EtcdLine,
  type LastWords,
  type Trouble,
} from '../support/doomed-etcd.ts';
import { makeTLSMaterial, type TLSMaterial } from '../support/tls-material.ts';

const PAGE = 4096;
const database = (dataDir: string): string => join(dataDir, 'member/snap/db');

/** The files with an ending below `member/wal` or `member/snap`. */
async function filesOf(dataDir: string, room: 'wal' | 'snap', ending: string): Promise<readonly string[]> {
  const folder = join(dataDir, 'member', room);
  return (await readdir(folder)).filter((name) => name.endsWith(ending)).map((name) => join(folder, name));
}

const emptied = (room: 'wal' | 'snap', ending: string) => async (dataDir: string) => {
  for (const file of await filesOf(dataDir, room, ending)) await truncate(file, 0);
};

async function write(file: string, position: number, bytes: Uint8Array): Promise<void> {
  await using handle = await open(file, 'r+');
  await handle.write(bytes, 0, bytes.length, position);
}

/** Changes the database page by page, from the third on: the first two describe the rest. */
const pages = (change: (page: Buffer) => void) => async (dataDir: string) => {
  const content = await readFile(database(dataDir));
  for (let at = 2 * PAGE; at + PAGE <= content.length; at += PAGE) change(content.subarray(at, at + PAGE));
  await writeFile(database(dataDir), content);
};

/** Kind and content of a bbolt page: its flags are at byte 8, its elements begin at byte 16. */
const isLeafOrBranch = (page: Buffer): boolean => page.readUInt16LE(8) === 1 || page.readUInt16LE(8) === 2;

/** What is done to an etcd, and the diagnosis that its words must lead to. */
const troubles: readonly (readonly [about: string, trouble: Trouble, name: AilmentCase, says: string])[] = [
  [
    'a flipped byte in the write-ahead log',
    { damage: flipInLog('by-dev/meta/key-30') },
    'DataDamaged',
    'walpb: crc mismatch',
  ],
  ['files of the write-ahead log without content', { damage: emptied('wal', '.wal') }, 'DataDamaged', 'use none as id'],
  [
    'a write-ahead log whose first page was lost',
    { damage: async (dataDir) => write((await filesOf(dataDir, 'wal', '.wal'))[0] ?? '', 0, Buffer.alloc(PAGE)) },
    'DataDamaged',
    'use none as id',
  ],
  [
    'a damaged snapshot and a log that begins after it',
    {
      damage: async (dataDir) => {
        for (const file of await filesOf(dataDir, 'snap', '.snap')) await write(file, 20, Buffer.alloc(8, 0xff));
        const [log = ''] = await filesOf(dataDir, 'wal', '.wal');
        await rename(log, join(dataDir, 'member/wal', `${'1'.padStart(16, '0')}-${'40'.padStart(16, '0')}.wal`));
      },
    },
    'DataDamaged',
    'wal: file not found',
  ],
  [
    'a removed database',
    { damage: (dataDir) => rm(database(dataDir)) },
    'DataDamaged',
    'failed to find database snapshot file',
  ],
  [
    'a database cut off within its first two pages',
    { damage: (dataDir) => truncate(database(dataDir), PAGE) },
    'DataDamaged',
    'file size too small',
  ],
  ['a database cut off after them', { damage: truncateDatabase }, 'DataDamaged', 'unexpected fault address'],
  [
    'a database that does not begin as one',
    { damage: (dataDir) => write(database(dataDir), 0, Buffer.alloc(2 * PAGE, 0x41)) },
    'DataDamaged',
    'invalid database',
  ],
  ['a database of zeros', { damage: pages((page) => page.fill(0)) }, 'DataDamaged', 'Page expected to be'],
  [
    'a database whose pages point nowhere',
    {
      damage: pages((page) => {
        if (isLeafOrBranch(page)) page.fill(0x41, 16);
      }),
    },
    'DataDamaged',
    'out of range',
  ],
  [
    'a size with a unit where etcd wants bytes',
    { env: { ETCD_QUOTA_BACKEND_BYTES: '8G' } },
    'ConfigurationInvalid',
    'invalid value "8G" for ETCD_QUOTA_BACKEND_BYTES',
  ],
  ['a flag that does not exist', { flags: ['--no-such-flag'] }, 'ConfigurationInvalid', '-no-such-flag'],
  [
    'a member that its own list does not name',
    { damage: (dataDir) => rm(dataDir, { recursive: true }), flags: ['--initial-cluster', 'other=http://127.0.0.1:1'] },
    'ConfigurationInvalid',
    'in the initial cluster configuration',
  ],
  [
    'a host name to listen on',
    { flags: ['--listen-client-urls', 'http://some-name:1'] },
    'ConfigurationInvalid',
    'expected IP in URL for binding',
  ],
  [
    'https without a certificate',
    { flags: ['--listen-client-urls', 'https://127.0.0.1:0', '--advertise-client-urls', 'https://127.0.0.1:0'] },
    'ConfigurationInvalid',
    'must be provided for client url',
  ],
  [
    'a certificate file that is not there',
    {
      flags: [
        ...['--listen-client-urls', 'https://127.0.0.1:0', '--advertise-client-urls', 'https://127.0.0.1:0'],
        ...['--cert-file', '/nowhere/tls.crt', '--key-file', '/nowhere/tls.key'],
      ],
    },
    'ConfigurationInvalid',
    'no such file or directory',
  ],
  [
    'a retention with an unknown unit',
    { env: { ETCD_AUTO_COMPACTION_RETENTION: '1x' } },
    'ConfigurationInvalid',
    'unknown unit',
  ],
  ['a data directory of another user', { foreignData: true }, 'ConfigurationInvalid', 'permission denied'],
];

const lines: readonly EtcdLine[] = ['3.5', '3.6'];
/** Visitors at a peer port that speaks TLS and wants certificates, and what etcd prints of them. */
const visitors: readonly (readonly [about: string, visit: NonNullable<Trouble['visit']>, says: string])[] = [
  [
    'a peer without TLS',
    (port) => void request({ port, timeout: 1_000 }).on('error', nothing).end(),
    'first record does not look like a TLS handshake',
  ],
  [
    'a peer without a certificate',
    (port) => call(port, { rejectUnauthorized: false }),
    "client didn't provide a certificate",
  ],
  [
    'a peer that speaks TLS 1.1 at most',
    (port) =>
      call(port, {
        rejectUnauthorized: false,
        minVersion: 'TLSv1',
        maxVersion: 'TLSv1.1',
        ciphers: 'DEFAULT@SECLEVEL=0',
      }),
    'client offered only unsupported versions',
  ],
];

const nothing = (): void => undefined;

function call(port: number, options: ConnectionOptions): void {
  const socket = connect({ host: '127.0.0.1', port, ...options }, () => socket.end());
  socket.on('error', nothing).setTimeout(1_000, () => socket.destroy());
}

const doomed = new Map<EtcdLine, DoomedEtcd>();

let folder: string;
let certificates: TLSMaterial;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'last-words-'));
  certificates = await makeTLSMaterial(folder);
  for (const line of lines) doomed.set(line, await makeDoomedEtcd(line));
});

afterAll(async () => {
  for (const etcd of doomed.values()) await etcd[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

describe.each(lines)('the newest etcd %s', (line) => {
  it.each(troubles)('says what is wrong: %s', async (_, trouble, name, says) => {
    expectDiagnosis(await etcdOf(line).run(trouble), name, says);
  });

  it.each(visitors)('says which TLS does not fit: %s', async (_, visit, says) => {
    const words = await etcdOf(line).run(
      { damage: wiped, flags: peerTLS(etcdOf(line).peerPort), visit },
      new RegExp(says),
    );
    expectDiagnosis(words, 'TLSFailing', says);
  });

  it('says which TLS does not fit: another member without TLS', async () => {
    const says = 'server gave HTTP response to HTTPS client';
    await using server = createServer((_, response) => response.end()).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const others = peerTLS(etcdOf(line).peerPort, `,other=https://127.0.0.1:${port}`);
    const flags = [...others, '--initial-cluster-state', 'existing']; // then etcd asks the others before it starts
    expectDiagnosis(await etcdOf(line).run({ damage: wiped, flags }, new RegExp(says)), 'TLSFailing', says);
  });
});

function expectDiagnosis({ log, exitCode }: LastWords, name: AilmentCase, says: string): void {
  const pod = { ...crashing('etcd-2', exitCode ?? 137, []), lines: logLines(log) };
  const { ailment } = diagnose(etcdWith([pod]));
  expect(ailment).toMatchObject({ case: name, evidence: expect.stringContaining(says) });
}

const wiped = (dataDir: string): Promise<void> => rm(dataDir, { recursive: true });

function peerTLS(peerPort: number, others = ''): readonly string[] {
  const { ca, server } = certificates;
  const url = `https://127.0.0.1:${peerPort}`;
  return [
    ...['--listen-peer-urls', url, '--initial-advertise-peer-urls', url],
    ...['--initial-cluster', `intact=${url}${others}`, '--peer-client-cert-auth'],
    ...['--peer-trusted-ca-file', ca.certFile, '--peer-cert-file', server.certFile, '--peer-key-file', server.keyFile],
  ];
}

function etcdOf(line: EtcdLine): DoomedEtcd {
  const etcd = doomed.get(line);
  if (!etcd) throw new Error(`no etcd ${line}`);
  return etcd;
}
