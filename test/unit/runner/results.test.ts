import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { root } from '../../../scripts/support/project.ts';
import { count, failures, type FileResult } from '../../runner/results.ts';

const file = (name: string, statuses: Readonly<Record<string, string>>): FileResult => ({
  name,
  status: Object.values(statuses).includes('failed') ? 'failed' : 'passed',
  assertionResults: Object.entries(statuses).map(([title, status]) => ({ title, status })),
});
const broken: FileResult = { name: 'broken', status: 'failed', assertionResults: [] };
const first = [file('a', { one: 'passed', two: 'failed' }), file('b', { three: 'passed', four: 'pending' }), broken];

describe('the results of a layer', () => {
  it('are counted over all files, one that could not be run too', () => {
    expect(count(first, [])).toMatchObject({
      numPassedTests: 2,
      numFailedTests: 1,
      numPendingTests: 1,
      numRuntimeErrorTestSuites: 1,
    });
  });

  it('are those of the second time where a file was played twice', () => {
    const again = [file('a', { one: 'passed', two: 'passed' }), broken];
    expect(count(first, again)).toMatchObject({ numPassedTests: 3, numFailedTests: 0, numRuntimeErrorTestSuites: 1 });
    expect(count([broken], [file('broken', { five: 'failed' })])).toMatchObject({
      numFailedTests: 1,
      numRuntimeErrorTestSuites: 0,
    });
  });

  it('name the tests that passed at a second try only, with their file', () => {
    const path = (name: string): string => join(root, 'test', name);
    const before = [file(path('a'), { one: 'passed', two: 'failed' }), file(path('b'), { three: 'failed' })];
    const again = [file(path('a'), { one: 'passed', two: 'passed' }), file(path('b'), { three: 'failed' })];
    expect(count(before, again).passedAtSecondTry).toEqual(['test/a: two']);
    const unreadable = { ...broken, name: path('c') };
    expect(count([unreadable], [file(path('c'), { four: 'passed' })]).passedAtSecondTry).toEqual(['test/c']);
    expect(count(before, []).passedAtSecondTry).toEqual([]);
  });

  it('name what failed, or the file that could not be run', () => {
    expect(first.flatMap(failures)).toEqual(['two', 'broken']);
  });
});
