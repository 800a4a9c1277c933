import type { CoordinatorPair } from '../api/coordinator-pair.ts';
import type { Node, Pod } from '../kube/core-types.ts';
import type { KubeObject, ResourceKind, Stored } from '../kube/objects.ts';

/** What the operator's shared watches hold: reading costs no call. */
export interface PairCaches {
  pair(namespace: string, name: string): CoordinatorPair | undefined;
  /** Every pair the operator sees. */
  pairs(): Iterable<CoordinatorPair>;
  /** The pods that carry this pair's label, by name. */
  pods(namespace: string, pairName: string): readonly Pod[];
  /** A child that carries this operator's label; one that does not is not in the cache. */
  child(kind: ResourceKind, namespace: string, name: string): Stored<KubeObject> | undefined;
  /** Undefined too when nodes are not watched. */
  node(name: string): Node | undefined;
}
