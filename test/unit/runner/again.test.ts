import { describe, expect, it } from '@jest/globals';
import { filesToRunAgain } from '../../runner/again.ts';

const file = (name: string, status: 'passed' | 'failed'): Parameters<typeof filesToRunAgain>[0][number] => ({
  name: `/checkout/test/${name}`,
  status,
  assertionResults: [],
});
const names = (files: readonly { readonly name: string }[]): readonly string[] =>
  files.map(({ name }) => name.replace('/checkout/test/', ''));

describe('a second try', () => {
  it('is given to files that failed', () => {
    expect(names(filesToRunAgain([file('a.test.ts', 'failed'), file('b.test.ts', 'passed')]))).toEqual(['a.test.ts']);
  });

  it('is given to none when more than four failed: that is no busy machine', () => {
    expect(filesToRunAgain(['a', 'b', 'c', 'd', 'e'].map((name) => file(name, 'failed')))).toEqual([]);
  });

  it('is given to nothing that looks for two leaders', () => {
    const failed = [
      'integration/kube/lease-election.test.ts',
      'e2e/thorough/parallel/etcd-traps-two-guards.test.ts',
      'e2e/thorough/serial/chaos.test.ts',
      'e2e/thorough/serial/etcd-operator-asleep.test.ts',
    ];
    expect(filesToRunAgain(failed.map((name) => file(name, 'failed')))).toEqual([]);
  });
});
