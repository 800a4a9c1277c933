import { describe, expect, it } from '@jest/globals';
import { ApiError } from '../../../src/kube/errors.ts';
import { retryDelayMs, type Repeatable } from '../../../src/kube/retry.ts';

const error = (code: number, retryAfterSeconds?: number): ApiError =>
  new ApiError('x', { code, reason: 'Any', retryAfterSeconds });
const latest = (): number => 1;

describe('whether a call is repeated', () => {
  it.each<[number, Repeatable, boolean]>([
    [429, 'always', true],
    [429, 'refused', true],
    [500, 'always', true],
    [500, 'refused', false],
    [503, 'refused', false],
    [0, 'always', true],
    [0, 'refused', false],
    [404, 'always', false],
    [409, 'always', false],
    [422, 'always', false],
  ])('after code %i, where repeatable is %s: %s', (code, repeatable, repeated) => {
    expect(retryDelayMs(error(code), 1, repeatable, latest) !== undefined).toBe(repeated);
  });

  it('ends with the fourth try', () => {
    const delays = [1, 2, 3, 4].map((attempt) => retryDelayMs(error(500), attempt, 'always', latest));
    expect(delays).toEqual([100, 200, 400, undefined]);
  });

  it('waits at least as long as the server asked', () => {
    expect(retryDelayMs(error(429, 2), 1, 'refused', () => 0)).toBe(2_050);
  });

  it('leaves a wait of more than 5 s to the caller', () => {
    expect(retryDelayMs(error(429, 6), 1, 'always', latest)).toBeUndefined();
  });

  it('is no question for errors that are not the API server’s', () => {
    expect(retryDelayMs(new TypeError('x'), 1, 'always', latest)).toBeUndefined();
  });
});
