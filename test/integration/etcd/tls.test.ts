import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createSessionStores } from '../../../src/etcd/session-stores.ts';
import type { EtcdTarget } from '../../../src/etcd/types.ts';
import { etcdTarget } from '../../../src/pair/etcd-target.ts';
import { aPair } from '../../unit/pair/support/pair.ts';
import { startEtcd, type EtcdServer } from '../support/etcd.ts';
import { startTcpProxy } from '../support/tcp-proxy.ts';
import { makeTLSMaterial, type TLSMaterial } from '../support/tls-material.ts';
import { neverMs, prefix, untilKeys } from './session-keys.ts';

describe('a session store over TLS', () => {
  let folder: string;
  let foreign: TLSMaterial;
  let serverOnly: EtcdServer;
  let mutual: EtcdServer;
  /** Speaks TLS 1.2 at most. */
  let old: EtcdServer;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'foreign-pki-'));
    foreign = await makeTLSMaterial(folder);
    serverOnly = await startEtcd({ tls: true });
    mutual = await startEtcd({ tls: 'mutual' });
    old = await startEtcd({ tls: 'mutual', flags: ['--tls-max-version', 'TLS1.2'] });
  }, 60_000);
  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
    await serverOnly[Symbol.asyncDispose]();
    await mutual[Symbol.asyncDispose]();
    await old[Symbol.asyncDispose]();
  });

  const failure = async (target: EtcdTarget): Promise<unknown> => {
    await using stores = createSessionStores({ resyncMs: neverMs });
    using store = stores.acquire(target, prefix);
    return await store.read().then(
      () => 'the read succeeded',
      (error: unknown) => error,
    );
  };

  it.each([
    ['with a CA of its own', () => serverOnly],
    ['with certificates on both sides', () => mutual],
  ])('reads and watches %s', async (_, etcd) => {
    await using stores = createSessionStores({ resyncMs: neverMs });
    using store = stores.acquire(etcd().target, prefix);
    await untilKeys(store);
    await etcd().etcdctl(['put', `${prefix}a`, 'x']);
    await untilKeys(store, 'a');
  });

  it('is made to an IPv6 address, which the certificate carries', async () => {
    const [endpoint = ''] = serverOnly.endpoints;
    await using proxy = await startTcpProxy(Number(endpoint.split(':').at(-1)), '::1');
    const base64 = (text = '') => Buffer.from(text).toString('base64');
    const data = {
      'ca.crt': base64(mutual.target.tls?.ca),
      'tls.crt': base64(mutual.target.tls?.cert),
      'tls.key': base64(mutual.target.tls?.key),
    };
    const tls = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'tls' },
      data: { ...data, 'ca.crt': base64(serverOnly.target.tls?.ca) },
    };
    const etcd = {
      endpoints: [proxy.endpoint],
      rootPath: 'by-dev',
      metaSubPath: 'meta',
      kvSubPath: 'kv',
      tls: { secretName: 'tls' },
    };
    const resolved = etcdTarget(aPair({ spec: { etcd } }), { tls }, { allowLocal: true, allowPlainPasswords: false });
    await using stores = createSessionStores({ resyncMs: neverMs });
    using store = stores.acquire('target' in resolved ? resolved.target : { endpoints: [] }, prefix);
    await expect(store.read()).resolves.toMatchObject({ header: { raftTerm: 2n } });
  });

  it('accepts a server name that the certificate carries', async () => {
    await using stores = createSessionStores({ resyncMs: neverMs });
    using store = stores.acquire(
      { ...serverOnly.target, tls: { ...serverOnly.target.tls, serverName: 'localhost' } },
      prefix,
    );
    await expect(store.read()).resolves.toMatchObject({ header: { raftTerm: 2n } });
  });

  it.each<[string, string, () => EtcdServer]>([
    ['TLSv1.3', 'TLS 1.3', () => mutual],
    ['TLSv1.2', 'TLS 1.2 alone', () => old],
  ])('with %s as the lowest version reads and watches a server that speaks %s', async (minVersion, _, etcd) => {
    await using stores = createSessionStores({ resyncMs: neverMs });
    const { target } = etcd();
    const tls = { ...target.tls, minVersion: minVersion as 'TLSv1.2' | 'TLSv1.3' };
    using store = stores.acquire({ ...target, tls }, `${prefix}min/`);
    await untilKeys(store);
    await etcd().etcdctl(['put', `${prefix}min/a`, 'x']);
    await untilKeys(store, 'a');
  });

  it.each<[string, () => EtcdTarget]>([
    [
      'a server that speaks TLS 1.2 at most, where 1.3 is wanted,',
      () => ({ ...old.target, tls: { ...old.target.tls, minVersion: 'TLSv1.3' } }),
    ],
    [
      'a wrong server name, with a lowest version,',
      () => ({ ...mutual.target, tls: { ...mutual.target.tls, minVersion: 'TLSv1.3', serverName: 'etcd.example' } }),
    ],
    ['a server of another CA', () => ({ ...serverOnly.target, tls: { ca: foreign.ca.cert } })],
    ["the machine's authorities only", () => ({ ...serverOnly.target, tls: {} })],
    ['a CA that is no PEM', () => ({ ...serverOnly.target, tls: { ca: 'garbage' } })],
    [
      'a wrong server name',
      () => ({ ...serverOnly.target, tls: { ...serverOnly.target.tls, serverName: 'etcd.example' } }),
    ],
    ['no client certificate', () => ({ ...mutual.target, tls: { ca: mutual.tls?.ca.cert ?? '' } })],
    [
      'a client certificate of another CA',
      () => ({ ...mutual.target, tls: { ...mutual.target.tls, cert: foreign.client.cert, key: foreign.client.key } }),
    ],
    [
      'a key that is not of the certificate',
      () => ({ ...mutual.target, tls: { ...mutual.target.tls, key: foreign.client.key } }),
    ],
    ['a key that is no PEM', () => ({ ...mutual.target, tls: { ...mutual.target.tls, key: 'garbage' } })],
  ])('calls %s a TLS failure that waiting does not cure', async (_, target) => {
    expect(await failure(target())).toMatchObject({ name: 'EtcdError', code: 'TLS', retryable: false });
  });

  it('advises on TLS when the endpoint wants it and the target does not', async () => {
    expect(String(await failure({ endpoints: serverOnly.endpoints }))).toContain('whether they want TLS');
  });

  it('gives the same words for the same failure, so that a condition does not change for nothing', async () => {
    const target = { ...mutual.target, tls: { ca: mutual.tls?.ca.cert ?? '' } };
    expect(String(await failure(target))).toBe(String(await failure(target)));
  });
});
