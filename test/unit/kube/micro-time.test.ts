import { describe, expect, it } from '@jest/globals';
import { microTime } from '../../../src/kube/micro-time.ts';

describe('a micro time', () => {
  it('has six digits, as the API server demands', () => {
    expect(microTime(new Date(Date.UTC(2026, 0, 2, 3, 4, 5, 67)))).toBe('2026-01-02T03:04:05.067000Z');
  });
});
