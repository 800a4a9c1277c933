import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { memberConnector } from '../../../src/etcd/member-client.ts';
import { startEtcd, type EtcdServer } from '../support/etcd.ts';
import { until } from '../../support/until.ts';

/** Kills the other members, and waits until the first one has noticed. */
async function leaveOne(etcd: EtcdServer): Promise<void> {
  await Promise.all(etcd.members.slice(1).map((member) => member.kill()));
  const leads = async () => (await etcd.member.metrics()).get('etcd_server_has_leader');
  await until('the member that is left to see no leader', async () => (await leads()) === 0, { timeoutMs: 20_000 });
}

describe.each([
  ['shows a certificate', 'mutual'],
  ['has a password alone', false],
] as const)('a member without a quorum, of an etcd with users, asked by one who %s', (_who, tls) => {
  let etcd: EtcdServer;
  beforeAll(async () => {
    etcd = await startEtcd({ members: 3, tls, auth: { rootPassword: 'correct-horse' } });
    await leaveOne(etcd);
  }, 60_000);
  afterAll(async () => {
    await etcd[Symbol.asyncDispose]();
  });

  if (tls === 'mutual')
    it('tells its status and who the members are, though nobody can log in', async () => {
      using client = memberConnector()({ ...etcd.target, endpoints: [etcd.member.endpoint] });

      expect(await client.status()).toMatchObject({ leader: 0n, version: '3.5.35' });
      expect(await client.members()).toHaveLength(3);
      await expect(client.readThroughQuorum()).rejects.toMatchObject({ code: 'NoLeader' });
    });
  else
    it('says that it sees no leader, which is all that etcd 3.5.35 tells a stranger', async () => {
      using client = memberConnector()({ ...etcd.target, endpoints: [etcd.member.endpoint] });

      await expect(client.status()).rejects.toMatchObject({ code: 'NoLeader' });
    });
});

describe('a member of an etcd with users', () => {
  it('is asked its status without a login that it does not want, and a wrong password shows in reading', async () => {
    await using etcd = await startEtcd({ tls: 'mutual', auth: { rootPassword: 'correct-horse' } });
    const auth = { username: 'root', password: 'battery-staple' };
    using client = memberConnector()({ ...etcd.target, auth });

    expect(await client.status()).toMatchObject({ version: '3.5.35' });
    await expect(client.readThroughQuorum()).rejects.toMatchObject({ code: 'Unauthenticated' });
  }, 30_000);
});
