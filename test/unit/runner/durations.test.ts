import { describe, expect, it } from '@jest/globals';
import { slowest, updatedDurations, type TimedScenario } from '../../runner/durations.ts';

const took = (file: string, durationMs: number, passed = true): TimedScenario => ({
  scenario: `what ${file} shows`,
  file,
  passed,
  durationMs,
});

describe('recorded durations', () => {
  const existing = new Set(['a.test.ts', 'b.test.ts', 'c.test.ts']);

  it('are the sum of the scenarios of a file, in seconds', () => {
    const report = [took('a.test.ts', 20_400), took('a.test.ts', 30_000)];
    expect(updatedDurations({}, report, existing)).toEqual({ 'a.test.ts': 50 });
  });

  it('stay for a file that did not run and for one that failed, which may have ended early or late', () => {
    const report = [took('b.test.ts', 1_000), took('b.test.ts', 2_000, false)];
    expect(updatedDurations({ 'a.test.ts': 10, 'b.test.ts': 70 }, report, existing)).toEqual({
      'a.test.ts': 10,
      'b.test.ts': 70,
    });
  });

  it('go with their file, and stand in the order of the paths', () => {
    const after = updatedDurations({ 'gone.test.ts': 10, 'c.test.ts': 3 }, [took('a.test.ts', 5_000)], existing);
    expect(Object.entries(after)).toEqual([
      ['a.test.ts', 5],
      ['c.test.ts', 3],
    ]);
  });
});

describe('the slowest scenarios', () => {
  it('are named with their time and file, the slowest first', () => {
    expect(slowest([took('a', 1_000), took('b', 61_000), took('c', 9_600)], 2)).toEqual([
      '61 s  b: what b shows',
      '10 s  c: what c shows',
    ]);
  });
});
