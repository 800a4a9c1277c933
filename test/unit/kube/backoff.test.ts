import { describe, expect, it } from '@jest/globals';
import { backoffMs, jittered } from '../../../src/kube/backoff.ts';

describe('backoff', () => {
  it('doubles from the first to the longest wait', () => {
    const waits = [1, 2, 3, 4, 5].map((failures) => backoffMs({ firstMs: 5, longestMs: 30 }, failures));
    expect(waits).toEqual([5, 10, 20, 30, 30]);
  });

  it('stays at the longest wait after any number of failures', () => {
    expect(backoffMs({ firstMs: 5, longestMs: 30 }, 100_000)).toBe(30);
  });

  it('spreads over the upper half of a wait', () => {
    expect([jittered(100, () => 0), jittered(100, () => 0.5)]).toEqual([50, 75]);
  });
});
