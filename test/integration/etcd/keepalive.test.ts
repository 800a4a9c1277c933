import { describe, expect, it, jest } from '@jest/globals';
import { Etcd3 } from 'etcd3';
import { channelOptions } from '../../../src/etcd/link.ts';
import { startEtcd } from '../support/etcd.ts';
import { startTcpProxy } from '../support/tcp-proxy.ts';
import { until } from '../../support/until.ts';

/** 10 s against etcd's 5 s, a hundred times faster: the ratio is what etcd judges. */
const every = { 'grpc.keepalive_time_ms': 100 };
const tolerated = ['--grpc-keepalive-min-time=50ms'];

describe('pings to a real etcd', () => {
  it('are no abuse to it: the connection stays while nothing is asked, and while a watch is under way', async () => {
    expect(channelOptions['grpc.keepalive_time_ms']).toBe(10_000);
    await using etcd = await startEtcd({ flags: tolerated });
    await using proxy = await startTcpProxy(etcd.member.port);
    await using proxyOfImpatient = await startTcpProxy(etcd.member.port);
    const ours = new Etcd3({ hosts: [proxy.endpoint], grpcOptions: { ...channelOptions, ...every } });
    const alsoIdle = { 'grpc.keepalive_permit_without_calls': 1 };
    const impatient = new Etcd3({
      hosts: [proxyOfImpatient.endpoint],
      grpcOptions: { ...channelOptions, ...every, ...alsoIdle },
    });
    // grpc-js says so on its own.
    const complaint = jest.spyOn(console, 'error').mockReturnValue();
    try {
      await Promise.all([ours.get('x').string(), impatient.get('x').string()]);
      await until('etcd to end the connection that is pinged while idle', () => proxyOfImpatient.open === 0, {
        timeoutMs: 30_000,
      });
      expect([proxy.accepted, proxy.open]).toEqual([1, 1]);

      expect(complaint.mock.calls.join()).toContain('rejected by server because of excess pings');

      const watcher = await ours.watch().prefix('x').create();
      let answers = 0;
      proxy.onServerData = () => answers++;
      await until('20 pings to be answered', () => answers >= 20, { timeoutMs: 30_000 });
      expect([proxy.accepted, proxy.open]).toEqual([1, 1]);
      expect(complaint).toHaveBeenCalledTimes(1);
      await watcher.cancel();
    } finally {
      complaint.mockRestore();
      ours.close();
      impatient.close();
    }
  }, 120_000);
});
