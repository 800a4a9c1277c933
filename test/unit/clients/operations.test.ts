import { expect, it } from '@jest/globals';
import { lengthOf, longestGap, type Operation } from '../../e2e/support/clients/operations.ts';

const succeeded = (endMs: number): Operation => ({ startMs: endMs - 5, endMs });
const failed = (endMs: number): Operation => ({ startMs: endMs - 5, endMs, error: 'no' });

it('the longest gap lies between two successes, whatever failed in between', () => {
  const operations = [100, 200, 300]
    .map(succeeded)
    .concat(failed(400), failed(900), succeeded(1_000), succeeded(1_100));
  expect(longestGap(operations, { fromMs: 0, toMs: 1_200 })).toEqual({ fromMs: 300, toMs: 1_000 });
});

it('operations that overlap count by their ends, in the order of those', () => {
  const slow = { startMs: 0, endMs: 450 };
  expect(lengthOf(longestGap([succeeded(600), slow, succeeded(100)], { fromMs: 0, toMs: 700 }))).toBe(350);
});

it('a gap that has begun before the interval, or goes on after it, counts as far as it lies within', () => {
  expect(longestGap([succeeded(90), succeeded(400), succeeded(700)], { fromMs: 100, toMs: 600 })).toEqual({
    fromMs: 100,
    toMs: 400,
  });
  expect(longestGap([succeeded(90), succeeded(150)], { fromMs: 100, toMs: 600 })).toEqual({ fromMs: 150, toMs: 600 });
});

it('without any success the gap is the whole interval', () => {
  expect(longestGap([failed(200)], { fromMs: 100, toMs: 600 })).toEqual({ fromMs: 100, toMs: 600 });
});
