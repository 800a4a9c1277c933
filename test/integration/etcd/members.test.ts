import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createSessionStores } from '../../../src/etcd/session-stores.ts';
import type { SessionStore } from '../../../src/etcd/types.ts';
import { startEtcd, type EtcdMember, type EtcdServer } from '../support/etcd.ts';
import { until } from '../../support/until.ts';
import { neverMs, prefix, untilFailing, untilKeys } from './session-keys.ts';

describe('a session store of an etcd with three members', () => {
  let etcd: EtcdServer;
  beforeAll(async () => {
    etcd = await startEtcd({ members: 3 });
  }, 60_000);
  afterAll(async () => {
    await etcd[Symbol.asyncDispose]();
  });

  /** Members by ID, and who leads. */
  const look = async ({ client }: SessionStore) => {
    const statuses = await client.endpointStatuses();
    const byId = new Map<bigint, EtcdMember>();
    let leader = 0n;
    for (const status of statuses) {
      if ('error' in status) throw status.error;
      const member = etcd.members.find(({ endpoint }) => endpoint === status.endpoint);
      if (member !== undefined) byId.set(status.header.memberID, member);
      leader = status.leader;
    }
    return { byId, leader };
  };
  const memberOf = async (store: SessionStore, which: 'serving' | 'leading'): Promise<EtcdMember> => {
    const { byId, leader } = await until('all members answer', () => look(store));
    const member = byId.get(which === 'leading' ? leader : (store.state.snapshot?.header.memberID ?? 0n));
    if (member === undefined) throw new Error(`no ${which} member among ${[...byId.keys()].join()}`);
    return member;
  };
  const put = (key: string) =>
    until(`${key} is put`, () => etcd.etcdctl(['put', `${prefix}${key}`, 'x']), { timeoutMs: 20_000 });
  const clear = () =>
    until('the keys are deleted', () => etcd.etcdctl(['del', '--prefix', prefix]), { timeoutMs: 20_000 });

  it.each(['serving', 'leading'] as const)(
    'sees changes after the %s member was killed',
    async (which) => {
      await clear();
      await using stores = createSessionStores({ resyncMs: neverMs });
      using store = stores.acquire(etcd.target, prefix);
      await untilKeys(store);
      const member = await memberOf(store, which);

      await member.kill();
      await put('after-kill');
      await untilKeys(store, 'after-kill');
      await member.start();
      await put('after-start');
      await untilKeys(store, 'after-kill', 'after-start');
    },
    90_000,
  );

  it('moves on when the serving member freezes', async () => {
    await clear();
    await using stores = createSessionStores({ resyncMs: neverMs });
    using store = stores.acquire(etcd.target, prefix);
    await untilKeys(store);
    const member = await memberOf(store, 'serving');

    member.freeze();
    try {
      await put('frozen');
      await untilKeys(store, 'frozen');
    } finally {
      member.thaw();
    }
  }, 90_000);

  it('says that reads fail without a quorum, while the member left still tells its status', async () => {
    await clear();
    await using stores = createSessionStores({ resyncMs: 500 });
    using store = stores.acquire(etcd.target, prefix);
    await untilKeys(store);
    const [left, ...others] = etcd.members;

    await Promise.all(others.map((member) => member.kill()));
    await untilFailing(store);
    const [status] = await until('the member left sees no leader', async () => {
      const statuses = await store.client.endpointStatuses();
      return statuses[0] !== undefined && 'leader' in statuses[0] && statuses[0].leader === 0n && statuses;
    });

    expect(status).toMatchObject({ endpoint: left?.endpoint, version: '3.5.35' });
    expect(store.state.snapshot?.kvs).toEqual([]);
    for (const member of others) await member.start(false);
    await put('quorum');
    await untilKeys(store, 'quorum');
  }, 90_000);
});
