import { describe, expect, it } from '@jest/globals';
import { sleep, systemClock, withDeadline } from '../../../src/base/clock.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

describe('sleep', () => {
  it('ends when its time has come', async () => {
    const clock = new VirtualClock();
    let over = false;
    const sleeping = sleep(clock, 50).then(() => {
      over = true;
    });
    await clock.advance(49);
    expect(over).toBe(false);
    await clock.advance(1);
    expect(over).toBe(true);
    await sleeping;
  });

  it('ends at once when aborted, with the reason, and leaves no timer', async () => {
    const clock = new VirtualClock();
    const abort = new AbortController();
    const sleeping = sleep(clock, 50, abort.signal);
    const reason = new Error('stop');
    abort.abort(reason);
    await expect(sleeping).rejects.toBe(reason);
    await expect(sleep(clock, 50, abort.signal)).rejects.toBe(reason);
    expect(clock.pending).toBe(0);
  });
});

describe('a deadline', () => {
  const never = (signal: AbortSignal): Promise<void> =>
    new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));

  it('breaks off work that is late', async () => {
    const clock = new VirtualClock();
    const late = new Error('late');
    const working = expect(withDeadline(clock, 10, () => late, undefined, never)).rejects.toBe(late);
    await clock.advance(10);
    await working;
  });

  it('passes an abort on and leaves no timer', async () => {
    const clock = new VirtualClock();
    const parent = new AbortController();
    const working = withDeadline(clock, 10, () => new Error('late'), parent.signal, never);
    const reason = new Error('stop');
    parent.abort(reason);
    await expect(working).rejects.toBe(reason);
    expect(clock.pending).toBe(0);
  });
});

describe('the system clock', () => {
  it('does not fire a timer of a hundred days before one of a millisecond', async () => {
    const fired: string[] = [];
    const long = systemClock.schedule(100 * 24 * 3_600_000, () => fired.push('long'));
    await new Promise<void>((resolve) => systemClock.schedule(20, resolve));
    long[Symbol.dispose]();
    expect(fired).toEqual([]);
  });
});
