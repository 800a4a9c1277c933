import { describe, expect, it } from '@jest/globals';
import type { CoordinatorPair } from '../../../src/api/coordinator-pair.ts';
import type { PairCaches } from '../../../src/pair/caches.ts';
import { duplicateOf, takerOf } from '../../../src/pair/rivals.ts';
import { anAttachedPair, aWorkload } from './support/attached.ts';
import { aPair } from './support/pair.ts';

const among = (...pairs: readonly CoordinatorPair[]) => ({ pairs: () => pairs }) as unknown as PairCaches;
const named = (pair: CoordinatorPair, name: string, creationTimestamp: string, namespace = 'milvus') => ({
  ...pair,
  metadata: { ...pair.metadata, name, namespace, uid: `uid-of-${name}`, creationTimestamp },
});
const [EARLY, LATE] = ['2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z'];

describe('of two pairs of one role', () => {
  const [older, younger] = [named(aPair(), 'older', EARLY), named(aPair(), 'younger', LATE)];

  it('the older one has it', () => {
    expect(duplicateOf(younger, among(older, younger))).toEqual({ duplicateOf: 'milvus/older' });
    expect(duplicateOf(older, among(older, younger))).toEqual({});
  });

  it('made in one second, the one with the lower uid has it', () => {
    const [a, b] = [named(aPair(), 'a', EARLY), named(aPair(), 'b', EARLY)];
    expect(duplicateOf(b, among(a, b))).toEqual({ duplicateOf: 'milvus/a' });
    expect(duplicateOf(a, among(a, b))).toEqual({});
  });

  it.each([
    ['in another namespace', named(aPair(), 'older', EARLY, 'other')],
    ['with another role', named(aPair({ spec: { role: 'datacoord' } }), 'older', EARLY)],
    [
      'under another path',
      named(
        aPair({ spec: { etcd: { endpoints: ['my-release-etcd:2379'], rootPath: 'b', metaSubPath: 'meta' } } }),
        'older',
        EARLY,
      ),
    ],
    [
      'in another etcd',
      named(
        aPair({ spec: { etcd: { endpoints: ['other:2379'], rootPath: 'by-dev', metaSubPath: 'meta' } } }),
        'older',
        EARLY,
      ),
    ],
  ])('one %s is no rival', (_, other) => {
    expect(duplicateOf(younger, among(other, younger))).toEqual({});
  });
});

describe('a workload', () => {
  const [older, younger] = [named(anAttachedPair(), 'older', EARLY), named(anAttachedPair(), 'younger', LATE)];

  it('belongs to the oldest pair that looks after it, whatever the roles', () => {
    const pairs = among({ ...older, spec: { ...older.spec, role: 'datacoord' } }, younger);
    expect(takerOf(younger, aWorkload(), pairs)).toBe('older');
    expect(takerOf(older, aWorkload(), pairs)).toBeUndefined();
  });

  it('belongs to the pair that has made it', () => {
    const made = aWorkload({ controller: { kind: 'CoordinatorPair', name: 'owner' } });
    expect(takerOf(older, made, among(older))).toBe('owner');
  });

  it('that another controller has made is free', () => {
    expect(takerOf(older, aWorkload({ controller: { kind: 'Milvus', name: 'm' } }), among(older))).toBeUndefined();
  });

  it('of another kind under the same name is another one', () => {
    expect(takerOf(younger, aWorkload({ kind: 'StatefulSet' }), among(older, younger))).toBeUndefined();
  });
});
