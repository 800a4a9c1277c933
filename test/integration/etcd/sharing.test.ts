import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createSessionStores } from '../../../src/etcd/session-stores.ts';
import { startEtcd, type EtcdServer } from '../support/etcd.ts';
import { startTcpProxy } from '../support/tcp-proxy.ts';
import { until } from '../../support/until.ts';
import { neverMs, prefix, untilKeys } from './session-keys.ts';

describe('session stores', () => {
  let etcd: EtcdServer;
  beforeAll(async () => {
    etcd = await startEtcd({ auth: { rootPassword: 'root-pass' } });
  });
  afterAll(async () => {
    await etcd[Symbol.asyncDispose]();
  });

  it('share one connection among equal targets, and close it with the last handle', async () => {
    await using proxy = await startTcpProxy(etcd.member.port);
    await using stores = createSessionStores({ resyncMs: neverMs });
    const target = { ...etcd.target, endpoints: [proxy.endpoint] };
    const handles = [
      stores.acquire(target, prefix),
      stores.acquire({ ...target }, prefix),
      stores.acquire(target, 'other/'),
    ];
    for (const handle of handles) {
      await handle.read();
      await handle.client.leaseTimeToLive(1n);
      await handle.client.endpointStatuses();
    }
    expect(proxy.accepted).toBe(1);

    handles[0]?.[Symbol.dispose]();
    handles[0]?.[Symbol.dispose]();
    await etcd.etcdctl(['put', `${prefix}a`, 'x']);
    if (handles[1] !== undefined) await untilKeys(handles[1], 'a');
    await expect(handles[0]?.read()).rejects.toThrow('given back');
    handles[1]?.[Symbol.dispose]();
    await handles[2]?.read();
    expect([proxy.open, proxy.accepted]).toEqual([1, 1]);

    handles[2]?.[Symbol.dispose]();
    await until('the connection is closed', () => proxy.open === 0);
    await etcd.etcdctl(['del', `${prefix}a`]);
  });

  it('use a connection of its own for each set of credentials', async () => {
    await etcd.etcdctl(['user', 'add', 'other:other-pass']);
    await etcd.etcdctl(['user', 'grant-role', 'other', 'root']);
    await using proxy = await startTcpProxy(etcd.member.port);
    await using stores = createSessionStores({ resyncMs: neverMs });
    using first = stores.acquire({ ...etcd.target, endpoints: [proxy.endpoint] }, prefix);
    using second = stores.acquire(
      { endpoints: [proxy.endpoint], auth: { username: 'other', password: 'other-pass' } },
      prefix,
    );

    await Promise.all([first.read(), second.read()]);

    expect(proxy.open).toBe(2);
  });

  it('send one range and one status per turn at rest and nothing else', async () => {
    await using stores = createSessionStores({ resyncMs: 800 });
    using store = stores.acquire(etcd.target, prefix);
    const regularReads = async (count: number): Promise<void> => {
      const seen = new Set([store.state.snapshot]);
      await until(`${String(count)} more reads`, () => seen.add(store.state.snapshot).size > count);
    };
    await store.read();
    await until('the watch stands', async () =>
      [...(await callsStarted()).keys()].some((name) => name.includes('Watch')),
    );
    await regularReads(2);

    const before = await callsStarted();
    await regularReads(5);
    const after = await callsStarted();

    const more = [...after]
      .map(([name, count]) => [name, count - (before.get(name) ?? 0)])
      .filter(([, count]) => count !== 0);
    expect(more.sort()).toEqual([
      [expect.stringContaining('grpc_method="Range",grpc_service="etcdserverpb.KV"'), 5],
      [expect.stringContaining('grpc_method="Status",grpc_service="etcdserverpb.Maintenance"'), 5],
    ]);
  }, 30_000);

  /** How many gRPC calls of each kind etcd was asked; etcd lists kinds that were never called with 0. */
  const callsStarted = async (): Promise<ReadonlyMap<string, number>> =>
    new Map(
      [...(await etcd.member.metrics())].filter(
        ([name, count]) => name.startsWith('grpc_server_started_total') && count > 0,
      ),
    );

  it.each(['serving', 'frozen', 'absent'])(
    'let the process end after they were disposed while etcd is %s',
    async (state) => {
      const endpoint = state === 'absent' ? '127.0.0.1:1' : etcd.member.endpoint;
      if (state === 'frozen') etcd.member.freeze();
      try {
        const script = join(import.meta.dirname, 'use-and-dispose.ts');
        const { stdout } = await promisify(execFile)(process.execPath, [script, endpoint], { timeout: 20_000 });
        expect(stdout.trim()).toBe(state === 'serving' ? 'read' : 'not read');
      } finally {
        etcd.member.thaw();
      }
    },
    30_000,
  );
});
