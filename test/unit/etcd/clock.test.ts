import { describe, expect, it } from '@jest/globals';
import { systemClock, wait } from '../../../src/etcd/clock.ts';
import { FakeClock } from './fake-clock.ts';

describe('waiting on a clock', () => {
  it('ends when the time has come', async () => {
    const clock = new FakeClock();
    let over = false;
    const waiting = wait(clock, 100, new AbortController().signal).then(() => (over = true));
    await clock.advance(99);
    expect(over).toBe(false);
    await clock.advance(1);
    await waiting;
    expect(over).toBe(true);
  });

  it('leaves no timer behind when it is aborted', async () => {
    const clock = new FakeClock();
    const controller = new AbortController();
    const waiting = wait(clock, 100, controller.signal);
    controller.abort(new Error('stop'));
    await expect(waiting).rejects.toThrow('stop');
    expect(clock.pending).toBe(0);
    await expect(wait(clock, 100, AbortSignal.abort(new Error('before')))).rejects.toThrow('before');
    expect(clock.pending).toBe(0);
  });

  it('calls back on the system clock, unless disposed', async () => {
    const called: string[] = [];
    systemClock.after(1, () => called.push('disposed'))[Symbol.dispose]();
    const before = systemClock.monotonicMs();
    await wait(systemClock, 5, new AbortController().signal);
    expect(called).toEqual([]);
    expect(systemClock.monotonicMs()).toBeGreaterThan(before);
  });
});
