import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createEtcdClient } from '../../../src/etcd/client.ts';
import { EtcdConnection } from '../../../src/etcd/connection.ts';
import { EtcdError } from '../../../src/etcd/errors.ts';
import { countLinks } from '../../../src/etcd/link.ts';
import type { EtcdTarget } from '../../../src/etcd/types.ts';
import { until } from '../../support/until.ts';
import { startFalseEtcd, type FalseEtcd } from '../support/false-etcd.ts';

describe('an endpoint that somebody else names', () => {
  let etcd: FalseEtcd;
  beforeEach(async () => {
    etcd = await startFalseEtcd();
    etcd.on('Range', () => ({ header: { cluster_id: '1', member_id: '1', revision: '1', raft_term: '1' }, kvs: [] }));
  });
  afterEach(async () => {
    await etcd[Symbol.asyncDispose]();
  });

  /** What comes of it; a busy machine takes longer than the two seconds of a call now and then. */
  const read = (target: EtcdTarget) =>
    until(
      'an answer within the time of a call',
      async () => {
        using connection = new EtcdConnection(target, countLinks());
        try {
          return { keys: (await createEtcdClient(connection).range('s/')).kvs.length };
        } catch (error) {
          if (!(error instanceof EtcdError)) throw error;
          return error.code !== 'DeadlineExceeded' && error;
        }
      },
      { timeoutMs: 25_000 },
    );
  const port = () => etcd.endpoint.split(':')[1] ?? '';

  it('is dialled by name and by address', async () => {
    expect(await read({ endpoints: [etcd.endpoint] })).toEqual({ keys: 0 });
    expect(await read({ endpoints: [`localhost:${port()}`] })).toEqual({ keys: 0 });
  });

  it.each(['localhost', '127.0.0.1', '[::1]', '[::ffff:127.0.0.1]'])(
    'is not dialled where %s leads to this machine and must not',
    async (host) => {
      expect(await read({ endpoints: [`${host}:${port()}`], refusesLocal: true })).toMatchObject({
        code: 'NotAllowed',
        message: expect.stringContaining(
          'is a loopback address, which is not allowed as an endpoint of an etcd',
        ) as unknown,
      });
    },
  );

  it('that does not resolve says so', async () => {
    expect(await read({ endpoints: ['name.invalid:2379'], refusesLocal: true })).toMatchObject({
      code: 'Unavailable',
      message: expect.stringContaining('the name name.invalid does not resolve') as unknown,
    });
  });
});
