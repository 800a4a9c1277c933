import { describe, expect, it } from '@jest/globals';
import type { CoordinatorPair } from '../../../src/api/coordinator-pair.ts';
import type { PairCaches } from '../../../src/pair/caches.ts';
import { duplicateOf, takerOf } from '../../../src/pair/rivals.ts';
import { anAttachedPair, aWorkload } from './support/attached.ts';
import type { SessionSnapshot } from '../../../src/etcd/types.ts';
import { keyValue } from '../etcd/fake-etcd.ts';
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
    ['in another namespace, with an etcd of that namespace', named(aPair(), 'older', EARLY, 'other')],
    ['with another role', named(aPair({ spec: { role: 'datacoord' } }), 'older', EARLY)],
    [
      'under another path',
      named(
        aPair({
          spec: { etcd: { endpoints: ['my-release-etcd:2379'], rootPath: 'b', metaSubPath: 'meta', kvSubPath: 'kv' } },
        }),
        'older',
        EARLY,
      ),
    ],
    [
      'in another etcd',
      named(
        aPair({
          spec: { etcd: { endpoints: ['other:2379'], rootPath: 'by-dev', metaSubPath: 'meta', kvSubPath: 'kv' } },
        }),
        'older',
        EARLY,
      ),
    ],
  ])('one %s is no rival', (_, other) => {
    expect(duplicateOf(younger, among(other, younger))).toEqual({});
  });
});

describe('one etcd spelt in several ways', () => {
  const at = (name: string, endpoint: string, namespace = 'milvus') =>
    named(
      aPair({ spec: { etcd: { endpoints: [endpoint], rootPath: 'by-dev', metaSubPath: 'meta', kvSubPath: 'kv' } } }),
      name,
      name === 'older' ? EARLY : LATE,
      namespace,
    );
  const read = (clusterID: bigint, ...leases: readonly bigint[]): SessionSnapshot => ({
    header: { clusterID, memberID: 1n, revision: 9n, raftTerm: 2n },
    kvs: leases.map((lease) => keyValue('rootcoord-7', { lease, createRevision: 70n })),
    readAtMs: 0,
    readTime: new Date(0),
  });
  const [older, younger] = [at('older', '10.96.0.7:2379', 'other'), at('younger', 'my-release-etcd:2379')];
  const duplicate = (a: SessionSnapshot | undefined, b: SessionSnapshot | undefined) =>
    duplicateOf(younger, among(older, younger), (pair) => (pair === older ? a : b));

  it.each([
    ['etcd.other:2379', 'etcd.other.svc.cluster.local.:2379'],
    ['[FD00:0::1]:2379', '[fd00::1]:2379'],
    ['ETCD.example.com:2379', 'etcd.example.com:2379'],
  ])('is known by its endpoints: %s and %s', (a, b) => {
    expect(duplicateOf(at('younger', b), among(at('older', a), at('younger', b)))).toEqual({
      duplicateOf: 'milvus/older',
    });
  });

  it('is known by its cluster and a session that both have read', () => {
    expect(duplicate(read(5n, 7000n), read(5n, 6000n, 7000n))).toEqual({ duplicateOf: 'other/older' });
  });

  it.each<[string, SessionSnapshot | undefined, SessionSnapshot | undefined]>([
    ['clusters of one ID and other sessions: they were made from one manifest', read(5n, 7000n), read(5n, 7001n)],
    ['a copy that was restored from a snapshot', read(5n, 7000n), read(6n, 7000n)],
    ['sessions without a lease', read(5n, 0n), read(5n, 0n)],
    ['nothing that was read yet', undefined, read(5n, 7000n)],
    ['nothing that either has read', undefined, undefined],
  ])('is not taken for one with %s', (_, a, b) => {
    expect(duplicate(a, b)).toEqual({});
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
