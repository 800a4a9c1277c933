import type { SessionSnapshot } from './types.ts';

/**
 * Whether two snapshots hold the same keys in the same state. Each change of a key changes its mod revision; a restored
 * or replaced etcd may use a revision again and differs by its cluster ID or by create revision or lease.
 */
export function sameKeys(a: SessionSnapshot, b: SessionSnapshot): boolean {
  if (a.header.clusterID !== b.header.clusterID || a.kvs.length !== b.kvs.length) return false;
  return a.kvs.every((kv, index) => {
    const other = b.kvs[index];
    return (
      kv.key === other?.key &&
      kv.modRevision === other.modRevision &&
      kv.createRevision === other.createRevision &&
      kv.lease === other.lease &&
      kv.value.equals(other.value)
    );
  });
}
