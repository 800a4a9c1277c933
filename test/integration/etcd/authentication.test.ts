import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createSessionStores } from '../../../src/etcd/session-stores.ts';
import type { EtcdTarget } from '../../../src/etcd/types.ts';
import { startEtcd, type EtcdServer } from '../support/etcd.ts';
import { until } from '../../support/until.ts';
import { neverMs, prefix, untilFailing, untilKeys } from './session-keys.ts';

const rootPassword = 'correct-horse';

describe('a session store of an etcd with authentication', () => {
  let etcd: EtcdServer;
  beforeAll(async () => {
    etcd = await startEtcd({ auth: { rootPassword } });
  });
  afterAll(async () => {
    await etcd[Symbol.asyncDispose]();
  });
  const as = (username: string, password: string): EtcdTarget => ({
    endpoints: etcd.endpoints,
    auth: { username, password },
  });

  it('logs in again after a restart made its token invalid', async () => {
    await using stores = createSessionStores({ resyncMs: neverMs });
    using store = stores.acquire(etcd.target, prefix);
    await etcd.etcdctl(['put', `${prefix}a`, 'x']);
    await untilKeys(store, 'a');

    await etcd.member.kill();
    await etcd.member.start();

    await untilKeys(store, 'a');
    await etcd.etcdctl(['put', `${prefix}b`, 'x']);
    await untilKeys(store, 'a', 'b');
    await etcd.etcdctl(['del', '--prefix', prefix]);
  }, 60_000);

  it('logs in again without a failed read when etcd forgets the token of a connection at rest', async () => {
    await using short = await startEtcd({ auth: { rootPassword }, flags: ['--auth-token-ttl=1'] });
    await using stores = createSessionStores({ resyncMs: 3_000 });
    using store = stores.acquire(short.target, prefix);
    await untilKeys(store);
    const failures: unknown[] = [];
    store.subscribe(() => failures.push(store.state.error));
    const logins =
      'grpc_server_handled_total{grpc_code="OK",grpc_method="Authenticate",grpc_service="etcdserverpb.Auth",grpc_type="unary"}';
    const count = async (): Promise<number> => (await short.member.metrics()).get(logins) ?? 0;
    const before = await count();

    await until('it has logged in twice more', async () => (await count()) >= before + 2, {
      timeoutMs: 30_000,
    });

    expect(failures).toEqual([]);
  }, 60_000);

  it('recovers when a user who was denied is granted the prefix', async () => {
    await etcd.etcdctl(['user', 'add', 'milvus:pass']);
    await etcd.etcdctl(['role', 'add', 'milvus']);
    await etcd.etcdctl(['user', 'grant-role', 'milvus', 'milvus']);
    await using stores = createSessionStores({ resyncMs: neverMs });
    using store = stores.acquire(as('milvus', 'pass'), prefix);
    expect(await untilFailing(store)).toBe('PermissionDenied');

    await etcd.etcdctl(['role', 'grant-permission', 'milvus', 'readwrite', '--prefix=true', prefix]);

    await untilKeys(store);
    await etcd.etcdctl(['put', `${prefix}granted`, 'x']);
    await untilKeys(store, 'granted');
    await etcd.etcdctl(['del', `${prefix}granted`]);
  }, 60_000);

  it('says that the password is wrong, and never which it was', async () => {
    await using stores = createSessionStores({ resyncMs: neverMs });
    using store = stores.acquire(as('root', 'battery-staple'), prefix);

    const error: unknown = await store.read().catch((thrown: unknown) => thrown);

    expect(error).toMatchObject({ code: 'Unauthenticated', retryable: false });
    expect(String(error)).toContain('logging in as "root" failed: etcdserver: authentication failed');
    expect(String(error)).toContain('Check the user name and password.');
    expect(inspect(error, { depth: 10 }) + inspect(store.state, { depth: 10 })).not.toContain('battery-staple');
  });

  it('says that a user is needed when none was given', async () => {
    await using stores = createSessionStores({ resyncMs: neverMs });
    using store = stores.acquire({ endpoints: etcd.endpoints }, prefix);

    await expect(store.read()).rejects.toMatchObject({ code: 'Unauthenticated' });
  });

  it('logs in for asking endpoints even when the first one is down', async () => {
    await using stores = createSessionStores({ resyncMs: neverMs });
    using store = stores.acquire({ ...etcd.target, endpoints: ['127.0.0.1:1', ...etcd.endpoints] }, prefix);

    const [down, up] = await store.client.endpointStatuses();

    expect(down).toMatchObject({ error: { code: 'Unavailable' } });
    expect(up).toMatchObject({ version: '3.5.35' });
  });

  it('does without a login where authentication is off, and logs in once it is switched on', async () => {
    await using open = await startEtcd();
    await using stores = createSessionStores({ resyncMs: 500 });
    using store = stores.acquire({ ...open.target, auth: { username: 'root', password: 'late' } }, prefix);
    await untilKeys(store);

    await open.etcdctl(['user', 'add', 'root:late']);
    await open.etcdctl(['user', 'grant-role', 'root', 'root']);
    await open.etcdctl(['auth', 'enable']);

    await open.etcdctl(['put', `${prefix}a`, 'x'], { user: 'root:late' });
    await untilKeys(store, 'a');
  }, 60_000);
});
