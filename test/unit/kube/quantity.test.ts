import { describe, expect, it } from '@jest/globals';
import { sameQuantity } from '../../../src/kube/quantity.ts';

describe('two quantities', () => {
  it.each<[string | number, string | number]>([
    ['1000m', '1'],
    ['0.5', '500m'],
    [0.5, '500m'],
    [2, '2'],
    ['1024Mi', '1Gi'],
    ['1.5Gi', '1536Mi'],
    ['1e3', '1k'],
    ['1E3', '1000'],
    ['2E', '2000P'],
    ['1.', '1'],
    ['.5', '500m'],
    ['-1000m', '-1'],
    ['9007199254740993', '9007199254740993000m'],
  ])('%s and %s are one amount', (a, b) => {
    expect(sameQuantity(a, b)).toBe(true);
  });

  it.each<[string | number, string | number]>([
    ['1', '1m'],
    ['0'.repeat(100_000) + '1', '1'],
    ['1Gi', '1G'],
    ['9007199254740993', '9007199254740992'],
    ['', ''],
    ['.', '.'],
    ['1 Gi', '1Gi'],
    ['one', 'one'],
  ])('%s and %s are not', (a, b) => {
    expect(sameQuantity(a, b)).toBe(false);
  });
});
