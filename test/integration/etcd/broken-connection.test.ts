import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { createSessionStores } from '../../../src/etcd/session-stores.ts';
import { startEtcd, type EtcdServer } from '../support/etcd.ts';
import { startTcpProxy } from '../support/tcp-proxy.ts';
import { until } from '../../support/until.ts';
import { neverMs, prefix, untilFailing, untilKeys } from './session-keys.ts';

describe('a session store whose connection breaks', () => {
  let etcd: EtcdServer;
  beforeAll(async () => {
    etcd = await startEtcd();
  });
  afterEach(() => etcd.etcdctl(['del', '--prefix', prefix]));
  afterAll(async () => {
    await etcd[Symbol.asyncDispose]();
  });
  const put = (key: string) => etcd.etcdctl(['put', `${prefix}${key}`, 'x']);

  it('says since when a frozen etcd does not answer, and recovers when it does', async () => {
    await using stores = createSessionStores({ resyncMs: 500 });
    using store = stores.acquire(etcd.target, prefix);
    await put('a');
    await untilKeys(store, 'a');

    etcd.member.freeze();
    try {
      await expect(store.read()).rejects.toMatchObject({ code: 'DeadlineExceeded', retryable: true });
      const { failingSince, failingSinceMs, error, snapshot } = store.state;
      expect(error).toMatchObject({ code: 'DeadlineExceeded' });
      expect(failingSince?.getTime()).toBeGreaterThanOrEqual(snapshot?.readTime.getTime() ?? Infinity);
      expect(failingSinceMs).toBeGreaterThanOrEqual(snapshot?.readAtMs ?? Infinity);
      expect(snapshot?.kvs.map(({ key }) => key)).toEqual(['a']);
    } finally {
      etcd.member.thaw();
    }

    await put('b');
    await untilKeys(store, 'a', 'b');
    expect(store.state.error).toBeUndefined();
  }, 60_000);

  it('sees what changed while the connection is cut again and again just after it stood', async () => {
    await using proxy = await startTcpProxy(etcd.member.port);
    await using stores = createSessionStores({ resyncMs: neverMs });
    using store = stores.acquire({ endpoints: [proxy.endpoint] }, prefix);
    await untilKeys(store);

    let cuts = 0;
    proxy.onServerData = () => {
      if (cuts++ < 12) setImmediate(() => proxy.cut());
    };
    proxy.cut();
    await put('missed');

    await untilKeys(store, 'missed');
    await until('the connection was cut each time', () => cuts > 12);
    await put('next');
    await untilKeys(store, 'missed', 'next');
  }, 60_000);

  it('finds a half-open connection by itself', async () => {
    await using proxy = await startTcpProxy(etcd.member.port);
    await using stores = createSessionStores({ resyncMs: neverMs });
    using store = stores.acquire({ endpoints: [proxy.endpoint] }, prefix);
    await untilKeys(store);

    proxy.hold();
    await put('unheard');

    await untilKeys(store, 'unheard');
    await put('heard');
    await untilKeys(store, 'heard', 'unheard');
  }, 60_000);

  it('watches on a new connection as soon as a read found the old one half-open', async () => {
    await using proxy = await startTcpProxy(etcd.member.port);
    await using stores = createSessionStores({ resyncMs: neverMs });
    using store = stores.acquire({ endpoints: [proxy.endpoint] }, prefix);
    await untilKeys(store);
    await put('a');
    await untilKeys(store, 'a'); // the watch stands
    await put('b');
    await untilKeys(store, 'a', 'b'); // and the one read that it asked for is done

    proxy.hold();
    await expect(store.read()).rejects.toMatchObject({ code: 'DeadlineExceeded' });

    await untilKeys(store, 'a', 'b');
    await put('heard');
    await untilKeys(store, 'a', 'b', 'heard');
  }, 60_000);

  it('sees the truth after revisions were compacted while it heard nothing', async () => {
    await using proxy = await startTcpProxy(etcd.member.port);
    await using stores = createSessionStores({ resyncMs: neverMs });
    using store = stores.acquire({ endpoints: [proxy.endpoint] }, prefix);
    await put('a');
    await untilKeys(store, 'a');

    proxy.hold();
    await etcd.etcdctl(['del', `${prefix}a`]);
    await put('b');
    const { header } = JSON.parse(await etcd.etcdctl(['get', 'x', '-w', 'json'])) as { header: { revision: number } };
    await etcd.etcdctl(['compact', String(header.revision)]);
    proxy.cut();

    await untilKeys(store, 'b');
    await put('c');
    await untilKeys(store, 'b', 'c');
  }, 60_000);

  it('comes back by itself after etcd was away for ten seconds', async () => {
    await using stores = createSessionStores({ resyncMs: neverMs });
    using store = stores.acquire(etcd.target, prefix);
    await put('a');
    await untilKeys(store, 'a');

    await etcd.member.kill();
    expect(await untilFailing(store)).toBe('Unavailable');
    await until(
      'ten seconds have passed',
      () => performance.now() - (store.state.failingSinceMs ?? Infinity) > 10_000,
      {
        timeoutMs: 20_000,
      },
    );
    expect(store.state.snapshot?.kvs.map(({ key }) => key)).toEqual(['a']);
    await etcd.member.start();

    await untilKeys(store, 'a');
    await put('b');
    await untilKeys(store, 'a', 'b');
  }, 60_000);
});
