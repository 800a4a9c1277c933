import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createEtcdClient } from '../../../src/etcd/client.ts';
import { EtcdConnection } from '../../../src/etcd/connection.ts';
import { countLinks } from '../../../src/etcd/link.ts';
import { memberClient } from '../../../src/etcd/member-client.ts';
import { until } from '../../support/until.ts';
import { startFalseEtcd, type FalseEtcd } from '../support/false-etcd.ts';

/** What answers at an endpoint need not be an etcd: whoever writes a pair says where it is. */
describe('an etcd that is none', () => {
  let etcd: FalseEtcd;
  let connection: EtcdConnection;
  beforeEach(async () => {
    etcd = await startFalseEtcd();
    connection = new EtcdConnection({ endpoints: [etcd.endpoint] }, countLinks());
  });
  afterEach(async () => {
    connection[Symbol.dispose]();
    await etcd[Symbol.asyncDispose]();
  });

  const kv = (key: string, value = 'x') => ({ key: Buffer.from(key), value: Buffer.from(value) });
  const header = { cluster_id: '1', member_id: '1', revision: '1', raft_term: '1' };
  const read = () => createEtcdClient(connection).range('s/');

  it('is heard no further when it says for ever that there is more', async () => {
    let page = 0;
    etcd.on('Range', () => ({ header, more: true, kvs: [kv(`s/${String(page++).padStart(9, '0')}`)] }));
    await expect(read()).rejects.toThrow(/was given up: it took longer than 5000 ms/);
  });

  it.each([
    ['repeats a page', [kv('s/a')], 'the keys are in no order'],
    ['gives keys that nobody asked for', [kv('t')], 'keys that were not asked for'],
    ['gives nothing and more', [], 'a page is empty and others follow'],
  ])('is refused when it %s', async (_, kvs, why) => {
    etcd.on('Range', () => ({ header, more: true, kvs }));
    await expect(read()).rejects.toThrow(why);
  });

  it('is refused when it has more sessions than any Milvus', async () => {
    const from = (key: Buffer): number => Number(/\d+/.exec(key.toString())?.[0] ?? -1) + 1;
    etcd.on('Range', ({ key }) => {
      const first = from(key as Buffer);
      return {
        header,
        more: true,
        kvs: Array.from({ length: 1_000 }, (__, i) => kv(`s/${String(first + i).padStart(9, '0')}`)),
      };
    });
    await expect(read()).rejects.toThrow('there are more than 10000 keys');
  });

  it('costs next to nothing with a message of two million empty keys', async () => {
    etcd.onBytes('Range', () => Buffer.from('1200'.repeat(1_900_000), 'hex'));
    await expect(read()).rejects.toThrow('an answer of more than 2000 fields is not read');
  });

  it('is not believed in a list of members that no cluster has', async () => {
    etcd.on('MemberList', () => ({
      header,
      members: Array.from({ length: 100 }, (__, i) => ({ ID: String(i), name: `e-${i}` })),
    }));
    await expect(memberClient(connection).members()).rejects.toThrow('there are more than 32');
  });

  it('wakes us no more often than we listen, however many changes it sends', async () => {
    const sent = etcd.flood();
    const stop = new AbortController();
    let changes = 0;
    const watching = connection.watch('s/', { connected: () => undefined, changed: () => changes++ }, stop.signal);
    await until('the flood to be held up', () => sent.held, { timeoutMs: 25_000 });
    stop.abort(new Error('seen enough'));
    await expect(watching).rejects.toThrow('seen enough');
    expect(changes).toBeLessThan(sent.untilHeldUp);
  });
});
