import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { systemClock } from '../../../../src/base/clock.ts';
import { runArtefactCommand } from '../../../../src/etcdcare/volumes/transfer/command.ts';
import { fetchFile } from '../../../../src/etcdcare/volumes/transfer/fetch.ts';
import { transferKey } from '../../../../src/etcdcare/volumes/transfer/key.ts';
import { serveFile, type ServedFile } from '../../../../src/etcdcare/volumes/transfer/serve.ts';
import { until } from '../../../support/until.ts';
import { freePorts } from '../../support/free-ports.ts';

/** For a machine that does much else. */
jest.setTimeout(120_000);

const size = 50 * 2 ** 20;

function keyFrom(variables: Readonly<Record<string, string>>): Buffer {
  const made = transferKey(variables);
  if (made === undefined) throw new Error('no key');
  return made;
}

let folder: string;
let source: string;
let sha256: string;
let served: ServedFile;
const env = { ARTEFACT_RECOVERY: '0b6d9f0e-51f4-4f0e-9d5b-0f1f7a6a7c11', ETCD_PASSWORD: 'right' };
const key = keyFrom(env);
const reports: string[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'transfer-'));
  source = join(folder, 'snapshot.db');
  const content = randomBytes(size);
  sha256 = createHash('sha256').update(content).digest('hex');
  await writeFile(source, content);
  const report = (message: string): void => void reports.push(message);
  served = await serveFile({ file: source, port: 0, host: '127.0.0.1', key, report });
});

afterAll(async () => {
  await served[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

const fetchTo = (file: string, more: Partial<Parameters<typeof fetchFile>[0]> = {}) =>
  fetchFile({
    host: '127.0.0.1',
    port: served.port,
    key,
    sha256,
    file,
    patienceMs: 0,
    clock: systemClock,
    signal: new AbortController().signal,
    ...more,
  });

describe('fetching an artefact', () => {
  it('brings all of it, and does nothing where it is there', async () => {
    const file = join(folder, 'new', 'snapshot.db');
    expect(await fetchTo(file)).toBe(true);
    expect((await readFile(file)).equals(await readFile(source))).toBe(true);
    expect(await fetchTo(file, { port: 1 })).toBe(false);
    expect(await readdir(join(folder, 'new'))).toEqual(['snapshot.db']);
  });

  it('is refused to who does not know the password of etcd', async () => {
    const file = join(folder, 'wrong-key');
    const other = keyFrom({ ...env, ETCD_PASSWORD: 'wrong' });
    await expect(fetchTo(file, { key: other })).rejects.toThrow(
      /^127\.0\.0\.1:\d+ gives no connection under our key: /,
    );
    expect(reports.at(-1)).toMatch(/^refused 127\.0\.0\.1, who does not have the key: /);
    expect(await readdir(folder)).not.toContain('wrong-key');
  });

  it('leaves nothing behind where another file is served', async () => {
    const wanted = 'a'.repeat(64);
    await expect(fetchTo(join(folder, 'other'), { sha256: wanted })).rejects.toThrow(
      `sent has the SHA-256 ${sha256}, not ${wanted}`,
    );
    expect((await readdir(folder)).filter((name) => name.startsWith('other'))).toEqual([]);
  });

  it('gives nothing to somebody who does not speak TLS', async () => {
    const socket = connect(served.port, '127.0.0.1');
    let received = 0;
    socket.on('data', (chunk) => (received += chunk.length));
    socket.on('error', () => undefined);
    socket.end('GET / HTTP/1.1\r\n\r\n');
    await once(socket, 'close');
    // A TLS alert is seven bytes.
    expect(received).toBeLessThanOrEqual(7);
  });

  it('says so where nobody serves, and ends when told to', async () => {
    const [port = 0] = await freePorts(1);
    await expect(fetchTo(join(folder, 'nobody'), { port })).rejects.toThrow(
      /^127\.0\.0\.1:\d+ cannot be reached: .*ECONNREFUSED/,
    );
    const ending = new AbortController();
    const waiting = fetchTo(join(folder, 'nobody'), { port, patienceMs: 60_000, signal: ending.signal });
    ending.abort(new Error('asked to end'));
    await expect(waiting).rejects.toThrow('asked to end');
  });
});

describe('the command', () => {
  const run = (args: readonly string[], variables: Readonly<Record<string, string>>) => {
    const ending = new AbortController();
    let said = '';
    const add = (text: string): void => void (said += text);
    const code = runArtefactCommand(args, { env: variables, signal: ending.signal, out: add, err: add });
    return { code, said: () => said, end: () => ending.abort() };
  };

  it('carries a file to one that began to fetch it before it was served, and ends when told to', async () => {
    const [port = 0] = await freePorts(1);
    const file = join(folder, 'carried');
    const fetching = run(['fetch', '--from', `127.0.0.1:${port}`, '--sha256', sha256, '--to', file], env);
    const serving = run(['serve', '--file', source, '--port', String(port), '--host', '127.0.0.1'], env);
    expect(await fetching.code).toBe(0);
    expect(fetching.said()).toBe(`${file} was fetched, SHA-256 ${sha256}\n`);
    expect((await readFile(file)).equals(await readFile(source))).toBe(true);
    await until('the server tells of it', () => serving.said().includes('sent '));
    serving.end();
    expect(await serving.code).toBe(0);
  });

  it('says what is wrong with its arguments and its variables', async () => {
    const noKey = run(['serve', '--file', source, '--port', '0'], {});
    expect(await noKey.code).toBe(1);
    expect(noKey.said()).toBe('the variable ARTEFACT_RECOVERY is not set: it names the EtcdRecovery\n');
    const noFile = run(['serve', '--file', '/none', '--port', '0'], env);
    expect(await noFile.code).toBe(1);
    expect(noFile.said()).toContain('/none');
    const badAddress = run(['fetch', '--from', 'x', '--sha256', sha256, '--to', '/none/x'], env);
    expect(await badAddress.code).toBe(2);
    expect(badAddress.said()).toContain('It must be host:port.');
  });
});

describe('a key', () => {
  it('is the same for who has the same credentials, and another for anybody else and any other recovery', () => {
    const all = { ...env, ETCD_CLIENT_KEY: '-----BEGIN PRIVATE KEY-----' };
    const keys = [
      keyFrom(env),
      keyFrom(all),
      keyFrom({ ...all, ETCD_CLIENT_KEY: 'another' }),
      keyFrom({ ...all, ARTEFACT_RECOVERY: 'another' }),
      keyFrom({ ARTEFACT_RECOVERY: env.ARTEFACT_RECOVERY }),
    ].map((one) => one.toString('hex'));
    expect(new Set(keys).size).toBe(keys.length);
    expect(keyFrom({ ...env })).toEqual(key);
    expect(key).toHaveLength(32);
    expect(transferKey({ ETCD_PASSWORD: 'right' })).toBeUndefined();
  });
});
