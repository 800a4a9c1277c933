import type { CoordinatorPair } from '../api/coordinator-pair.ts';
import { coordinatorPairKind } from '../api/names.ts';
import type { SessionSnapshot } from '../etcd/types.ts';
import { sessionPrefix } from '../milvus/session-keys.ts';
import type { PairCaches } from './caches.ts';
import { canonicalEndpoint } from './etcd-target.ts';
import type { WorkloadView } from './workload-view.ts';

/** What was last read of the sessions of a pair, if anything was. */
export type SnapshotOf = (pair: CoordinatorPair) => SessionSnapshot | undefined;

/** Of two pairs of one role under one path of one etcd the older one has it, in whatever namespace. */
export function duplicateOf(
  pair: CoordinatorPair,
  caches: PairCaches,
  snapshotOf: SnapshotOf = () => undefined,
): { readonly duplicateOf?: string } {
  for (const other of caches.pairs())
    if (other.metadata.uid !== pair.metadata.uid && isOlder(other, pair) && competes(other, pair, snapshotOf))
      return { duplicateOf: `${other.metadata.namespace}/${other.metadata.name}` };
  return {};
}

/**
 * The CoordinatorPair to which a workload belongs other than this one: the one that has made it, or of several that
 * look after it the oldest.
 */
export function takerOf(
  pair: CoordinatorPair,
  { kind, name, controller }: WorkloadView,
  caches: PairCaches,
): string | undefined {
  if (controller?.kind === coordinatorPairKind.kind) return controller.name;
  const { namespace, uid } = pair.metadata;
  for (const other of caches.pairs()) {
    const { metadata, spec } = other;
    const same = metadata.namespace === namespace && spec.workloadRef?.kind === kind && spec.workloadRef.name === name;
    if (same && metadata.uid !== uid && isOlder(other, pair)) return metadata.name;
  }
  return undefined;
}

function competes(a: CoordinatorPair, b: CoordinatorPair, snapshotOf: SnapshotOf): boolean {
  return (
    a.spec.role === b.spec.role &&
    sessionPrefix(a.spec.etcd.rootPath, a.spec.etcd.metaSubPath) ===
      sessionPrefix(b.spec.etcd.rootPath, b.spec.etcd.metaSubPath) &&
    (shareEndpoint(a, b) || readTheSame(snapshotOf(a), snapshotOf(b)))
  );
}

function shareEndpoint(a: CoordinatorPair, b: CoordinatorPair): boolean {
  const [ofA, ofB] = [a, b].map(({ spec, metadata }) =>
    spec.etcd.endpoints.map((endpoint) => canonicalEndpoint(endpoint, metadata.namespace)),
  );
  return ofA?.some((endpoint) => ofB?.includes(endpoint)) ?? false;
}

/**
 * Whether two pairs read one etcd, however they spell it: the cluster's ID is the same, and so is a session with its
 * lease. The ID alone proves nothing: it follows from names and URLs of the first members, which two clusters may share.
 */
function readTheSame(a: SessionSnapshot | undefined, b: SessionSnapshot | undefined): boolean {
  if (!a || a.header.clusterID !== b?.header.clusterID) return false;
  return a.kvs.some(({ key, lease, createRevision }) =>
    b.kvs.some(
      (other) => lease !== 0n && other.key === key && other.lease === lease && other.createRevision === createRevision,
    ),
  );
}

function isOlder(a: CoordinatorPair, b: CoordinatorPair): boolean {
  const [ageA, ageB] = [a, b].map(({ metadata }) => Date.parse(metadata.creationTimestamp ?? ''));
  return ageA === ageB ? a.metadata.uid < b.metadata.uid : (ageA ?? 0) < (ageB ?? 0);
}
