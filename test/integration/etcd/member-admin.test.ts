import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { adminConnector, type MemberAdmin } from '../../../src/etcd/member-admin.ts';
import type { EtcdMemberClient } from '../../../src/etcd/member-client.ts';
import { repeatUntil, until } from '../../support/until.ts';
import { startEtcd, type EtcdServer } from '../support/etcd.ts';

describe('what changes an etcd of three members', () => {
  let etcd: EtcdServer;
  let members: readonly (EtcdMemberClient & MemberAdmin)[];

  beforeAll(async () => {
    etcd = await startEtcd({ members: 3, flags: ['--quota-backend-bytes=8388608'] });
    const connect = adminConnector();
    members = etcd.endpoints.map((endpoint) => connect({ endpoints: [endpoint] }));
  }, 120_000);

  afterAll(async () => {
    for (const member of members) member[Symbol.dispose]();
    await etcd[Symbol.asyncDispose]();
  });

  const leader = async () => {
    const statuses = await Promise.all(members.map((member) => member.status()));
    const index = statuses.findIndex(({ header, leader: id }) => header.memberID === id);
    return { index, ids: statuses.map(({ header }) => header.memberID) };
  };

  it('moves the leader to each of them, whatever its id', async () => {
    for (const to of [0, 1, 2]) {
      const { index, ids } = await leader();
      await members[index]?.moveLeader(ids[to] ?? 0n);
      await until(`member ${to} to lead`, async () => (await leader()).index === to, { timeoutMs: 10_000 });
    }
  });

  it('compacts, defragments and disarms: an etcd that was full takes writes again', async () => {
    const value = 'x'.repeat(100_000);
    await repeatUntil(
      'etcd to be full',
      () =>
        etcd.etcdctl(['put', 'big', value]).then(
          () => false,
          (error: unknown) => String(error).includes('database space exceeded'),
        ),
      { timeoutMs: 60_000 },
    );
    const [first] = members;
    const { header } = (await first?.status()) ?? {};
    await first?.compact(header?.revision ?? 0n);
    for (const member of members) await member.defragment();
    for (const id of (await leader()).ids) await first?.disarmNoSpace(id);
    expect(await etcd.etcdctl(['alarm', 'list'])).toBe('');
    expect(await etcd.etcdctl(['put', 'small', 'x'])).toContain('OK');
    expect(await first?.countKeys()).toBe(2n);
    expect((await first?.status())?.dbSizeBytes).toBeLessThan(4 * 2 ** 20);
  }, 90_000);

  it('adds one that learns, which is not promoted before it has caught up, and removes it', async () => {
    const [first] = members;
    const id = await until('a learner to be accepted', () => first?.addLearner('http://127.0.0.1:1'), {
      timeoutMs: 15_000,
      everyMs: 200,
    });
    expect((await first?.members())?.find((member) => member.id === id)).toMatchObject({ learner: true, name: '' });
    await expect(first?.promote(id)).rejects.toThrow(/in sync with leader/);
    await first?.removeMember(id);
    expect((await first?.members())?.some((member) => member.id === id)).toBe(false);
  }, 60_000);
});
