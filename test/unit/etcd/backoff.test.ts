import { describe, expect, it } from '@jest/globals';
import { delayMs, readBackoff, spread, watchBackoff } from '../../../src/etcd/backoff.ts';

const middle = (): number => 0.5;

describe('a backoff', () => {
  it('grows to its last delay and stays there', () => {
    expect([0, 1, 2, 3, 4, 50].map((attempt) => delayMs(readBackoff, attempt, middle))).toEqual([
      250, 500, 1_000, 2_000, 2_000, 2_000,
    ]);
    expect(delayMs(watchBackoff, 99, middle)).toBe(1_000);
  });

  it('is spread by a tenth either way', () => {
    expect([spread(1_000, () => 0), spread(1_000, () => 1)]).toEqual([900, 1_100]);
  });
});
