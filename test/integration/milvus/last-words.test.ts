import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { isFault, lastWords } from '../../../src/milvus/last-words.ts';
import { ensureMilvusServer, milvusConfiguration, type MilvusRelease } from '../../images/milvus-server.ts';
import { startEtcd, type EtcdServer } from '../support/etcd.ts';
import { freePorts } from '../support/free-ports.ts';

/** What a kubelet keeps of a log: v1.TerminationMessageFallbackToLogsOnError. */
const KEPT_BYTES = 2_048;

describe('the last words of a real coordinator that is made to fail', () => {
  let folder: string;
  let etcd: EtcdServer;
  const taken = createServer();
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'last-words-'));
    etcd = await startEtcd();
    await new Promise<void>((listening) => taken.listen(0, listening));
  }, 60_000);
  afterAll(async () => {
    taken.close();
    await etcd[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  /** The whole log of a rootcoord with these variables, until it ends. */
  async function logOf(release: MilvusRelease, variables: Readonly<Record<string, string>>): Promise<string> {
    const { program, libraries } = await ensureMilvusServer(release);
    const configuration = await mkdtemp(join(folder, 'conf-'));
    for (const file of ['milvus.yaml', 'default.yaml'])
      await writeFile(join(configuration, file), milvusConfiguration(release, join(folder, 'data')));
    const [port = 0, metrics = 0] = await freePorts(2);
    const env = {
      LD_LIBRARY_PATH: libraries,
      MILVUSCONF: configuration,
      ETCD_ENDPOINTS: etcd.endpoints.join(),
      ETCD_ROOT_PATH: 'last-words',
      ETCD_META_SUB_PATH: 'meta',
      ROOT_COORD_PORT: String(port),
      METRICS_PORT: String(metrics),
      ...variables,
    };
    const options = { env, cwd: configuration, timeout: 60_000, killSignal: 'SIGKILL', maxBuffer: 2 ** 26 } as const;
    return new Promise((resolve) => {
      execFile(program, ['run', 'rootcoord'], options, (_, out, err) => resolve(out + err));
    });
  }
  const port = () => String((taken.address() as { readonly port: number }).port);

  it('of 2.2 are in what the kubelet keeps', async () => {
    const log = await logOf('2.2.16', {});
    expect(lastWords(log.slice(-KEPT_BYTES))).toMatchObject({
      line: 'panic: key not found: etcd.kvSubPath',
      meaning: expect.stringContaining('ETCD_KV_SUB_PATH'),
    });
  }, 90_000);

  it('of 2.2 without its certificates are above a fault, beyond what the kubelet keeps', async () => {
    const variables = { ETCD_KV_SUB_PATH: 'kv', ETCD_SSL_ENABLED: 'true', ETCD_SSL_TLS_CERT: '/none' };
    const log = await logOf('2.2.16', variables);
    const kept = lastWords(log.slice(-KEPT_BYTES));
    expect([kept?.line, kept && isFault(kept)]).toEqual([expect.stringMatching(/nil pointer dereference/), true]);
    expect(lastWords(log)).toMatchObject({
      line: expect.stringContaining('load etcd cert key pair error'),
      meaning: expect.stringContaining('etcd.tls'),
    });
  }, 90_000);

  it.each<[string, () => Readonly<Record<string, string>>, string]>([
    ['a port that is taken', () => ({ ROOT_COORD_PORT: port() }), 'has the port'],
    ['certificates that are not there', () => ({ ETCD_SSL_ENABLED: 'true', ETCD_SSL_TLS_CERT: '/none' }), 'etcd.tls'],
    ['a queue for standalone', () => ({ MQ_TYPE: 'rocksmq' }), 'mq.type'],
  ])(
    'of 2.3 are above a dump that is longer than what the kubelet keeps: %s',
    async (_, variables, meaning) => {
      const log = await logOf('2.3.5', variables());
      expect(lastWords(log)).toMatchObject({
        line: expect.stringMatching(/^panic: /),
        meaning: expect.stringContaining(meaning),
      });
      expect(lastWords(log.slice(-KEPT_BYTES))).toBeUndefined();
    },
    90_000,
  );
});
