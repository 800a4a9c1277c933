import { describe, expect, it } from '@jest/globals';
import { Limiter } from '../../../src/base/limiter.ts';
import { settled } from '../../support/virtual-clock.ts';

/** Work that ends when told. */
function work(): { readonly end: () => void; readonly run: () => Promise<void>; started: boolean } {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const piece = {
    started: false,
    end: () => resolve(undefined),
    run: async (): Promise<void> => {
      piece.started = true;
      await promise;
    },
  };
  return piece;
}

describe('a limiter', () => {
  it('lets so many run at once and the rest in order', async () => {
    const limiter = new Limiter(2);
    const pieces = [work(), work(), work(), work()] as const;
    const all = pieces.map(({ run }) => limiter.run(undefined, run));
    await settled();
    expect(pieces.map(({ started }) => started)).toEqual([true, true, false, false]);
    pieces[1].end();
    await settled();
    expect(pieces.map(({ started }) => started)).toEqual([true, true, true, false]);
    for (const { end } of pieces) end();
    await Promise.all(all);
  });

  it('gives the slot back when the work fails', async () => {
    const limiter = new Limiter(1);
    await expect(limiter.run(undefined, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await limiter.run(undefined, () => Promise.resolve('yes'))).toBe('yes');
  });

  it('lets a waiting caller give up without losing a slot', async () => {
    const limiter = new Limiter(1);
    const first = work();
    const running = limiter.run(undefined, first.run);
    const abort = new AbortController();
    const waiting = limiter.run(abort.signal, () => Promise.resolve('never'));
    const reason = new Error('gave up');
    abort.abort(reason);
    await expect(waiting).rejects.toBe(reason);
    first.end();
    await running;
    expect(await limiter.run(undefined, () => Promise.resolve('next'))).toBe('next');
  });
});
