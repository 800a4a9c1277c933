import { afterEach, describe, expect, it } from '@jest/globals';
import { EtcdError } from '../../../src/etcd/errors.ts';
import { silent, type Log } from '../../../src/base/log.ts';
import { EtcdSessionStore } from '../../../src/etcd/session-store.ts';
import { VirtualClock, settled } from '../../support/virtual-clock.ts';
import { FakeEtcd, keyValue } from './fake-etcd.ts';

const prefix = 'by-dev/meta/session/';
const holder = keyValue(`${prefix}rootcoord`, { lease: 7n });
const member = keyValue(`${prefix}rootcoord-1`, { lease: 7n });
const unavailable = (text = 'down') => new EtcdError('Unavailable', text, { retryable: true });
const denied = new EtcdError('PermissionDenied', 'denied', { retryable: false });

describe('the session store', () => {
  const started: EtcdSessionStore[] = [];
  afterEach(() => {
    for (const store of started.splice(0)) store[Symbol.dispose]();
  });
  const start = (log: Log = silent) => {
    const clock = new VirtualClock();
    const etcd = new FakeEtcd();
    const store = new EtcdSessionStore({
      prefix,
      client: etcd.client,
      watch: (_, listener, signal) => etcd.watch(listener, signal),
      clock,
      log,
      resyncMs: 30_000,
      random: () => 0.5,
    });
    started.push(store);
    let calls = 0;
    store.subscribe(() => {
      calls++;
    });
    return { clock, etcd, store, calls: () => calls };
  };
  /** A store that has read `holder` once. */
  const startRead = async (log?: Log) => {
    const all = start(log);
    all.etcd.answer(holder);
    await settled();
    return all;
  };

  it('reads at the start, cuts the prefix off and notes when the read was sent', async () => {
    const { clock, etcd, store, calls } = start();
    await clock.advance(40);
    etcd.answer(holder);
    await settled();
    expect(store.state.snapshot).toMatchObject({
      kvs: [{ key: 'rootcoord', lease: 7n }],
      readAtMs: 0,
      readTime: new Date(Date.UTC(2026, 0, 1)),
    });
    expect([calls(), etcd.rangesSeen]).toEqual([1, 1]);
  });

  it('reads again on each hint, with one read under way and one waiting at most', async () => {
    const { etcd, calls } = await startRead();
    const listener = etcd.watches[0]?.listener;
    for (let i = 0; i < 10; i++) listener?.changed();
    expect(etcd.rangesSeen).toBe(2);
    etcd.answer(holder, member);
    await settled();
    expect(etcd.rangesSeen).toBe(3);
    etcd.answer(holder, member);
    await settled();
    expect([etcd.rangesSeen, calls()]).toEqual([3, 2]);
  });

  it('reads again when the watch stands, and when it breaks', async () => {
    const { etcd } = await startRead();
    etcd.watches[0]?.listener.connected();
    etcd.answer(holder);
    await settled();
    etcd.breakWatch();
    await settled();
    expect(etcd.rangesSeen).toBe(3);
  });

  it('reads every thirty seconds at rest and tells nobody when nothing changed', async () => {
    const { clock, etcd, calls } = await startRead();
    await clock.advance(29_999);
    expect(etcd.rangesSeen).toBe(1);
    await clock.advance(1);
    expect(etcd.rangesSeen).toBe(2);
    etcd.answer(holder);
    await clock.advance(30_000);
    expect([etcd.rangesSeen, calls()]).toEqual([3, 1]);
  });

  it('counts the thirty seconds from the last read, whatever asked for it', async () => {
    const { clock, etcd, store } = await startRead();
    await clock.advance(20_000);
    const read = store.read();
    etcd.answer(holder);
    await read;
    await clock.advance(29_000);
    expect(etcd.rangesSeen).toBe(2);
  });

  it('gives a read that was sent after the call', async () => {
    const { etcd, store } = await startRead();
    etcd.watches[0]?.listener.changed();
    const reads = [store.read(), store.read()];
    etcd.answer(holder);
    await settled();
    etcd.answer(holder, member);
    const [first, second] = await Promise.all(reads);
    expect(first?.kvs).toHaveLength(2);
    expect(second).toBe(first);
    expect(etcd.rangesSeen).toBe(3);
  });

  it('says since when reads fail, keeps the last good one and tries again with growing delays', async () => {
    const { clock, etcd, store, calls } = await startRead();
    await clock.advance(30_000);
    const first = unavailable('first');
    etcd.fail(first);
    await settled();
    expect(store.state).toMatchObject({
      failingSinceMs: 30_000,
      failingSince: new Date(Date.UTC(2026, 0, 1, 0, 0, 30)),
    });
    expect(store.state.snapshot?.kvs).toHaveLength(1);
    for (const [index, delay] of [250, 500, 1_000, 2_000, 2_000].entries()) {
      await clock.advance(delay - 1);
      expect(etcd.rangesSeen).toBe(index + 2);
      await clock.advance(1);
      expect(etcd.rangesSeen).toBe(index + 3);
      etcd.fail(unavailable('later'));
      await settled();
    }
    expect(store.state).toMatchObject({ failingSinceMs: 30_000 });
    expect(store.state.error).toBe(first);
    expect(calls()).toBe(2);
  });

  it('tells when the kind of failure changes, and when it is over even if no key changed', async () => {
    const { clock, etcd, store, calls } = await startRead();
    await clock.advance(30_000);
    etcd.fail(unavailable());
    await clock.advance(250);
    etcd.fail(denied);
    await settled();
    expect([calls(), store.state.error, store.state.failingSinceMs]).toEqual([3, denied, 30_000]);
    await clock.advance(500);
    etcd.answer(holder);
    await settled();
    expect([calls(), Object.keys(store.state)]).toEqual([4, ['snapshot', 'alarms']]);
  });

  it('does not let a watch that breaks again and again hurry reads that fail, but one that stands does', async () => {
    const { etcd, clock } = await startRead();
    await clock.advance(30_000);
    etcd.fail(unavailable());
    await settled();
    etcd.breakWatch();
    await settled();
    expect(etcd.rangesSeen).toBe(2);
    await clock.advance(50);
    etcd.watches[0]?.listener.connected();
    expect(etcd.rangesSeen).toBe(3);
  });

  it('rejects a read that fails with its own error', async () => {
    const { etcd, store } = await startRead();
    const read = store.read();
    const error = unavailable('mine');
    etcd.fail(error);
    await expect(read).rejects.toBe(error);
  });

  it('takes the newest read although its revision is older', async () => {
    const { etcd, store } = await startRead();
    const read = store.read();
    etcd.ranges.shift()?.resolve({ header: { clusterID: 9n, memberID: 1n, revision: 2n, raftTerm: 1n }, kvs: [] });
    await read;
    expect(store.state.snapshot).toMatchObject({ header: { clusterID: 9n, revision: 2n }, kvs: [] });
  });

  it('calls the other listeners when one throws, and none that unsubscribed', async () => {
    const errors: object[] = [];
    const { etcd, store, calls } = await startRead({ ...silent, error: (fields) => errors.push(fields) });
    const called: string[] = [];
    using broken = store.subscribe(() => {
      throw new Error('broken listener');
    });
    store.subscribe(() => called.push('gone'))[Symbol.dispose]();
    store.subscribe(() => called.push('second'));
    etcd.watches[0]?.listener.changed();
    etcd.answer();
    await settled();
    expect([called, calls(), errors.length]).toEqual([['second'], 2, 1]);
    expect(broken).toBeDefined();
  });

  it('reads, calls and waits no more once disposed', async () => {
    const { clock, etcd, store, calls } = await startRead();
    const waiting = [store.read(), store.read()].map((read) => expect(read).rejects.toThrow('given back'));
    store[Symbol.dispose]();
    store[Symbol.dispose]();
    await Promise.all(waiting);
    await expect(store.read()).rejects.toThrow('given back');
    await clock.advance(120_000);
    expect([clock.pending, etcd.rangesSeen, calls()]).toEqual([0, 2, 1]);
  });

  it('looks at the alarms after a read, and tells when they change', async () => {
    const { clock, etcd, store, calls } = start();
    const alarm = { memberID: 1n, name: 'NOSPACE' };
    etcd.answer(holder);
    await settled();
    expect([store.state.alarms, calls()]).toEqual([[], 1]);
    etcd.alarms = [alarm];
    await clock.advance(31_000);
    etcd.answer(holder);
    await settled();
    expect([store.state.alarms, calls()]).toEqual([[alarm], 2]);
    await clock.advance(31_000);
    etcd.answer(holder);
    await settled();
    expect([store.state.alarms, calls(), etcd.alarmLooks]).toEqual([[alarm], 2, 3]);
  });

  it('looks at the alarms seldom, however often it reads', async () => {
    const { etcd } = await startRead();
    for (let read = 0; read < 5; read++) {
      etcd.watches[0]?.listener.changed();
      etcd.answer(holder);
      await settled();
    }
    expect(etcd.alarmLooks).toBe(1);
  });

  it('keeps the alarms it knows when it cannot look', async () => {
    const { clock, etcd, store } = start();
    etcd.alarms = [{ memberID: 1n, name: 'NOSPACE' }];
    etcd.answer(holder);
    await settled();
    etcd.alarms = unavailable();
    await clock.advance(31_000);
    etcd.answer(holder);
    await settled();
    expect(store.state).toMatchObject({ alarms: [{ name: 'NOSPACE' }] });
    expect(store.state).not.toHaveProperty('failingSince');
  });
});
