import type { CoordinatorPair } from '../api/coordinator-pair.ts';
import { coordinatorPairKind } from '../api/names.ts';
import { sessionPrefix } from '../milvus/session-keys.ts';
import type { PairCaches } from './caches.ts';
import type { WorkloadView } from './workload-view.ts';

/** Of two pairs of one role under one path of one etcd the older one has it. */
export function duplicateOf(pair: CoordinatorPair, caches: PairCaches): { readonly duplicateOf?: string } {
  for (const other of caches.pairs())
    if (other.metadata.uid !== pair.metadata.uid && competes(other, pair) && isOlder(other, pair))
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

function competes(a: CoordinatorPair, b: CoordinatorPair): boolean {
  return (
    a.metadata.namespace === b.metadata.namespace &&
    a.spec.role === b.spec.role &&
    sessionPrefix(a.spec.etcd.rootPath, a.spec.etcd.metaSubPath) ===
      sessionPrefix(b.spec.etcd.rootPath, b.spec.etcd.metaSubPath) &&
    a.spec.etcd.endpoints.some((endpoint) => b.spec.etcd.endpoints.includes(endpoint))
  );
}

function isOlder(a: CoordinatorPair, b: CoordinatorPair): boolean {
  const [ageA, ageB] = [a, b].map(({ metadata }) => Date.parse(metadata.creationTimestamp ?? ''));
  return ageA === ageB ? a.metadata.uid < b.metadata.uid : (ageA ?? 0) < (ageB ?? 0);
}
