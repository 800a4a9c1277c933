import type { CoordinatorPair } from '../api/coordinator-pair.ts';
import type { Node, Pod } from '../kube/core-types.ts';
import type { KubeObject, ResourceKind, Stored } from '../kube/objects.ts';
import type { PodDisruptionBudget } from './disruption-budgets.ts';

/** Pods that do not carry a pair's label and are in its cache all the same. */
export interface FollowedPods extends Disposable {
  /** Resolves when they were listed once; never, if disposed before. */
  readonly listed: Promise<void>;
}

/** What the operator's shared watches hold: reading costs no call. */
export interface PairCaches {
  pair(namespace: string, name: string): CoordinatorPair | undefined;
  /** Every pair the operator sees. */
  pairs(): Iterable<CoordinatorPair>;
  /** The pods that carry this pair's label, and those that are followed for it, by name. */
  pods(namespace: string, pairName: string): readonly Pod[];
  /** Pods of this pair that are gone, as last seen, where a container had ended by then: the last few. */
  departed(namespace: string, pairName: string): readonly Pod[];
  /** Follows the pods of a namespace that a selector matches, for this pair, until disposed. */
  follow(namespace: string, pairName: string, labelSelector: string): FollowedPods;
  /** A child that carries this operator's label; one that does not is not in the cache. */
  child(kind: ResourceKind, namespace: string, name: string): Stored<KubeObject> | undefined;
  /** Every PodDisruptionBudget of a namespace, whoever has made it. */
  budgets(namespace: string): Iterable<PodDisruptionBudget>;
  /** Undefined too when nodes are not watched. */
  node(name: string): Node | undefined;
}
