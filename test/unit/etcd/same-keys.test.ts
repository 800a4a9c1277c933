import { describe, expect, it } from '@jest/globals';
import { sameKeys } from '../../../src/etcd/same-keys.ts';
import type { KeyValue } from '../../../src/etcd/types.ts';
import { keyValue, snapshotOf } from './fake-etcd.ts';

describe('two snapshots', () => {
  const before = snapshotOf([keyValue('rootcoord', { lease: 7n })]);

  it('are the same when only the revision of etcd and the time differ', () => {
    const later = { ...before, header: { ...before.header, revision: 999n, raftTerm: 9n }, readAtMs: 5 };
    expect(sameKeys(before, later)).toBe(true);
  });

  it.each<[string, readonly KeyValue[]]>([
    ['a key is gone', []],
    ['a key came', [keyValue('rootcoord', { lease: 7n }), keyValue('rootcoord-1')]],
    ['another key is in its place', [keyValue('querycoord', { lease: 7n })]],
    ['a key was put again', [keyValue('rootcoord', { lease: 7n, modRevision: 3n })]],
    ['a key was made anew', [keyValue('rootcoord', { lease: 7n, createRevision: 2n })]],
    ['the lease is another', [keyValue('rootcoord', { lease: 8n })]],
    [
      'the value is another at the same revision, as after a restore',
      [keyValue('rootcoord', { lease: 7n, value: Buffer.from('{}') })],
    ],
  ])('differ when %s', (_, kvs) => {
    expect(sameKeys(before, snapshotOf(kvs))).toBe(false);
  });

  it('differ when another cluster answers', () => {
    expect(sameKeys(before, { ...before, header: { ...before.header, clusterID: 2n } })).toBe(false);
  });
});
