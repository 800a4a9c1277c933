import type { CoordinatorPair } from '../../../src/api/coordinator-pair.ts';
import { coordinatorPairKind, labels } from '../../../src/api/names.ts';
import type { KubeClient } from '../../../src/kube/client.ts';
import type { Node, Pod } from '../../../src/kube/core-types.ts';
import { nodeKind, podDisruptionBudgetKind, podKind } from '../../../src/kube/kinds.ts';
import type { KubeObject, ResourceKind, Stored } from '../../../src/kube/objects.ts';
import type { FollowedPods, PairCaches } from '../../../src/pair/caches.ts';
import { childKinds } from '../../../src/pair/child-kinds.ts';

/** Caches of one namespace that are listed anew before each look: what a watch would have brought by then. */
export class ListedCaches implements PairCaches {
  readonly #client: KubeClient;
  readonly #namespace: string;
  #pairs: readonly Stored<CoordinatorPair>[] = [];
  #pods: readonly Pod[] = [];
  #nodes: readonly Node[] = [];
  #children = new Map<string, readonly Stored<KubeObject>[]>();

  constructor(client: KubeClient, namespace: string) {
    this.#client = client;
    this.#namespace = namespace;
  }

  async refresh(): Promise<void> {
    const list = async <T extends KubeObject>(kind: ResourceKind, namespace?: string) => {
      const { items } = await this.#client.list<T>(kind, namespace === undefined ? {} : { namespace });
      // Lists do not say what their items are; watches and the operator's own caches do.
      return items.map((item) => ({
        ...item,
        kind: kind.kind,
        apiVersion: kind.group === '' ? kind.version : `${kind.group}/${kind.version}`,
      }));
    };
    const [pairs, pods, nodes, ...children] = await Promise.all([
      list<CoordinatorPair>(coordinatorPairKind, this.#namespace),
      list<Pod>(podKind, this.#namespace),
      list<Node>(nodeKind),
      ...childKinds.map((kind) => list<KubeObject>(kind, this.#namespace)),
    ]);
    this.#pairs = pairs;
    this.#pods = pods;
    this.#nodes = nodes;
    this.#children = new Map(childKinds.map(({ kind }, index) => [kind, children[index] ?? []]));
  }

  pair(_namespace: string, name: string): Stored<CoordinatorPair> | undefined {
    return this.#pairs.find(({ metadata }) => metadata.name === name);
  }

  pairs(): readonly Stored<CoordinatorPair>[] {
    return this.#pairs;
  }

  pods(_namespace: string, pairName: string): readonly Pod[] {
    return this.#pods.filter(({ metadata }) => metadata.labels?.[labels.pair] === pairName);
  }

  /** A list does not know what was there before it. */
  departed(): readonly Pod[] {
    return [];
  }

  /** Every pod of the namespace is listed anyway. */
  follow(): FollowedPods {
    return { listed: Promise.resolve(), [Symbol.dispose]: () => undefined };
  }

  child({ kind }: ResourceKind, _namespace: string, name: string): Stored<KubeObject> | undefined {
    return this.#children.get(kind)?.find(({ metadata }) => metadata.name === name);
  }

  budgets(): readonly Stored<KubeObject>[] {
    return this.#children.get(podDisruptionBudgetKind.kind) ?? [];
  }

  node(name: string): Node | undefined {
    return this.#nodes.find(({ metadata }) => metadata.name === name);
  }
}
