import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Etcd3 } from 'etcd3';
import { createSessionStores } from '../../../src/etcd/session-stores.ts';
import { startEtcd, type EtcdServer } from '../support/etcd.ts';
import { until } from '../../support/until.ts';
import { neverMs, prefix, untilKeys } from './session-keys.ts';

describe('a session store', () => {
  let etcd: EtcdServer;
  beforeAll(async () => {
    etcd = await startEtcd();
  });
  afterAll(async () => {
    await etcd[Symbol.asyncDispose]();
  });

  const put = (key: string, value: string, lease?: bigint) =>
    etcd.etcdctl(['put', `${prefix}${key}`, value, ...(lease === undefined ? [] : [`--lease=${lease.toString(16)}`])]);

  it('holds keys without their prefix, with value, lease and revisions digit for digit', async () => {
    const lease = await etcd.grantLease(60);
    await put('rootcoord', 'one', lease);
    await put('rootcoord', 'two', lease);
    await put('id', '7');
    await etcd.etcdctl(['put', 'by-dev/meta/sessionless', 'not ours']);
    await using stores = createSessionStores({ resyncMs: neverMs });
    using store = stores.acquire(etcd.target, prefix);

    const { header, kvs } = await store.read();

    const reported = JSON.parse(await etcd.etcdctl(['get', '-w', 'json', `${prefix}rootcoord`])) as {
      readonly kvs: readonly { readonly mod_revision: number; readonly create_revision: number }[];
    };
    expect(kvs.map(({ key, value, lease: held }) => [key, value.toString(), held])).toEqual([
      ['id', '7', 0n],
      ['rootcoord', 'two', lease],
    ]);
    expect(lease).toBeGreaterThan(BigInt(Number.MAX_SAFE_INTEGER));
    const holder = kvs[1];
    expect(Number(holder?.modRevision)).toBe(reported.kvs[0]?.mod_revision);
    expect(Number(holder?.createRevision)).toBe(reported.kvs[0]?.create_revision);
    expect(holder?.modRevision).toBe((holder?.createRevision ?? 0n) + 1n);
    expect(header.revision).toBeGreaterThan(holder?.modRevision ?? 0n);
    await etcd.etcdctl(['lease', 'revoke', lease.toString(16)]);
    await etcd.etcdctl(['del', `${prefix}id`]);
  });

  it('sees a put, a delete and a revoke without asking in turns', async () => {
    await using stores = createSessionStores({ resyncMs: neverMs });
    using store = stores.acquire(etcd.target, prefix);
    await untilKeys(store);
    const lease = await etcd.grantLease(60);

    await put('rootcoord', 'a', lease);
    await put('rootcoord-1', 'a', lease);
    await untilKeys(store, 'rootcoord', 'rootcoord-1');
    await put('rootcoord-2', 'b');
    await untilKeys(store, 'rootcoord', 'rootcoord-1', 'rootcoord-2');
    await etcd.etcdctl(['del', `${prefix}rootcoord-2`]);
    await untilKeys(store, 'rootcoord', 'rootcoord-1');
    await etcd.etcdctl(['lease', 'revoke', lease.toString(16)]);
    await untilKeys(store);
  });

  it('tells subscribers of a change even when one of them throws', async () => {
    await using stores = createSessionStores({ resyncMs: neverMs });
    using store = stores.acquire(etcd.target, prefix);
    await store.read();
    let calls = 0;
    store.subscribe(() => {
      throw new Error('listener');
    });
    store.subscribe(() => {
      calls++;
    });

    await put('told', 'x');

    await until('the second listener is called', () => calls > 0);
    await etcd.etcdctl(['del', `${prefix}told`]);
  });

  it('reads more keys than fit a page at one revision', async () => {
    const writer = new Etcd3({ hosts: [...etcd.endpoints] });
    const names = Array.from({ length: 2_345 }, (_, index) => `querynode-${String(index).padStart(5, '0')}`);
    await Promise.all(names.map((name) => writer.put(`many/${name}`).value(name)));
    writer.close();
    await using stores = createSessionStores({ resyncMs: neverMs });
    using store = stores.acquire(etcd.target, 'many/');

    const { kvs, header } = await store.read();

    expect(kvs.map(({ key }) => key)).toEqual(names);
    expect(kvs.every(({ modRevision }) => modRevision <= header.revision)).toBe(true);
  });

  it('revokes a lease once, and says false the second time', async () => {
    await using stores = createSessionStores({ resyncMs: neverMs });
    using store = stores.acquire(etcd.target, prefix);
    const lease = await etcd.grantLease(60);

    expect([await store.client.leaseRevoke(lease), await store.client.leaseRevoke(lease)]).toEqual([true, false]);
  });

  it('reads what is left of a lease with its keys, and -1 once it is dead', async () => {
    await using stores = createSessionStores({ resyncMs: neverMs });
    using store = stores.acquire(etcd.target, prefix);
    const lease = await etcd.grantLease(60);
    await put('rootcoord', 'x', lease);

    const alive = await store.client.leaseTimeToLive(lease);
    await store.client.leaseRevoke(lease);
    const dead = await store.client.leaseTimeToLive(lease);

    expect(alive).toMatchObject({ grantedTTLSeconds: 60, keys: [`${prefix}rootcoord`] });
    expect(alive.ttlSeconds).toBeGreaterThan(50);
    expect(dead).toMatchObject({ ttlSeconds: -1, keys: [] });
    expect(dead.header.raftTerm).toBe(alive.header.raftTerm);
  });

  it('asks each endpoint for its status and names the one that is down', async () => {
    await using stores = createSessionStores({ resyncMs: neverMs });
    using store = stores.acquire({ endpoints: [...etcd.endpoints, '127.0.0.1:1'] }, prefix);

    const [up, down] = await store.client.endpointStatuses();

    expect(up).toMatchObject({ endpoint: etcd.member.endpoint, version: '3.5.35', errors: [] });
    expect(up !== undefined && 'leader' in up && up.leader === up.header.memberID).toBe(true);
    expect(down).toMatchObject({ endpoint: '127.0.0.1:1', error: { code: 'Unavailable' } });
  });

  it('gives up waiting when the caller does', async () => {
    await using stores = createSessionStores({ resyncMs: neverMs });
    using store = stores.acquire(etcd.target, prefix);
    const reason = new Error('no longer interested');

    await expect(store.read(AbortSignal.abort(reason))).rejects.toBe(reason);
    await expect(store.client.leaseTimeToLive(1n, AbortSignal.abort(reason))).rejects.toBe(reason);
    const controller = new AbortController();
    etcd.member.freeze();
    const asked = store.client.leaseTimeToLive(1n, controller.signal);
    controller.abort(reason);
    await expect(asked).rejects.toBe(reason);
    etcd.member.thaw();
  });
});
