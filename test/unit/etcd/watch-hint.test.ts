import { afterEach, describe, expect, it } from '@jest/globals';
import { silent } from '../../../src/base/log.ts';
import { WatchHint, type Hint } from '../../../src/etcd/watch-hint.ts';
import { VirtualClock, settled } from '../../support/virtual-clock.ts';
import { FakeEtcd } from './fake-etcd.ts';

describe('a watch hint', () => {
  const started: WatchHint[] = [];
  afterEach(() => {
    for (const hint of started.splice(0)) hint[Symbol.dispose]();
  });
  const start = () => {
    const clock = new VirtualClock();
    const etcd = new FakeEtcd();
    const hints: Hint[] = [];
    const watching = new WatchHint({
      watch: etcd.watch,
      onHint: (hint) => hints.push(hint),
      clock,
      log: silent,
      random: () => 0.5,
    });
    started.push(watching);
    return { clock, etcd, hints, watching };
  };

  it('hints when the watch stands and when keys change', () => {
    const { etcd, hints } = start();
    etcd.watches[0]?.listener.connected();
    etcd.watches[0]?.listener.changed();
    expect(hints).toEqual(['connected', 'changed']);
  });

  it('hints when the watch breaks and opens a new one after each delay', async () => {
    const { clock, etcd, hints } = start();
    for (const [index, delay] of [50, 100, 250, 500, 1_000, 1_000].entries()) {
      etcd.breakWatch();
      await clock.advance(delay - 1);
      expect(etcd.watchesSeen).toBe(index + 1);
      await clock.advance(1);
      await settled();
      expect(etcd.watchesSeen).toBe(index + 2);
    }
    expect(hints).toEqual(Array.from({ length: 6 }, () => 'lost'));
  });

  it('starts with the shortest delay after a watch that stood for long', async () => {
    const { clock, etcd } = start();
    for (let i = 0; i < 5; i++) {
      etcd.breakWatch();
      await clock.advance(1_000);
    }
    await clock.advance(10_000);
    etcd.breakWatch();
    await clock.advance(50);
    await settled();
    expect(etcd.watchesSeen).toBe(7);
  });

  it('hints no more and leaves no timer once disposed', async () => {
    const { clock, etcd, hints, watching } = start();
    const [first] = etcd.watches;
    etcd.breakWatch();
    await settled();
    watching[Symbol.dispose]();
    first?.listener.changed();
    await clock.advance(60_000);
    expect([hints, etcd.watchesSeen, clock.pending]).toEqual([['lost'], 1, 0]);
  });
});
