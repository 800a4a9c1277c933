import type { CoordinatorPair } from '../api/coordinator-pair.ts';
import { coordinatorPairKind, labels, OPERATOR } from '../api/names.ts';
import type { KubeClient } from '../kube/client.ts';
import type { Node, Pod } from '../kube/core-types.ts';
import { nodeKind, podKind } from '../kube/kinds.ts';
import type { Log } from '../base/log.ts';
import type { KubeObject, ResourceKind, Stored } from '../kube/objects.ts';
import { Reflector } from '../kube/reflector.ts';
import type { FollowedPods, PairCaches } from '../pair/caches.ts';
import { childKinds } from '../pair/child-kinds.ts';
import { trimNode, trimPod } from './trim.ts';

/** A pair as the API server stores it. */
type StoredPair = Stored<CoordinatorPair>;

/** What the caches watch, and whom they tell. */
export interface CachesOptions {
  readonly client: KubeClient;
  readonly log: Log;
  /** Empty: every namespace. */
  readonly watchNamespaces: readonly string[];
  readonly watchNodes: boolean;
  /** A pair, one of its pods or children, or a node of one of its pods has changed. */
  readonly onChange: (namespace: string, pairName: string) => void;
}

/** The operator's shared watches, restricted by label to what is its own. */
export class Caches implements PairCaches, AsyncDisposable {
  readonly #pairs: Reflector<CoordinatorPair & KubeObject>;
  readonly #pods: Reflector<Pod>;
  readonly #children: ReadonlyMap<string, Reflector<KubeObject>>;
  readonly #nodes: Reflector<Node> | undefined;
  /** Pods by pair, so that a look at one pair does not walk all pods. */
  readonly #podsByPair = new Map<string, Map<string, Pod>>();
  readonly #options: CachesOptions;
  /** Watches on the pods of workloads; each for as long as one pair looks after it. */
  readonly #followed = new Set<Reflector<Pod>>();

  constructor(options: CachesOptions) {
    const { client, log, watchNamespaces, watchNodes, onChange } = options;
    this.#options = options;
    const scope = watchNamespaces.length === 0 ? {} : { namespaces: watchNamespaces };
    this.#pairs = new Reflector({ client, log, ...scope, kind: coordinatorPairKind });
    this.#pods = new Reflector<Pod>({
      client,
      log,
      ...scope,
      kind: podKind,
      labelSelector: labels.pair,
      trim: trimPod,
    });
    this.#children = new Map(
      childKinds.map((kind) => [
        kind.kind,
        new Reflector<KubeObject>({ client, log, ...scope, kind, labelSelector: `${labels.managedBy}=${OPERATOR}` }),
      ]),
    );
    this.#nodes = watchNodes ? new Reflector<Node>({ client, log, kind: nodeKind, trim: trimNode }) : undefined;
    this.#pairs.subscribe(({ object: { metadata } }) => onChange(metadata.namespace, metadata.name));
    this.#pods.subscribe(({ type, object }) => {
      const { namespace, labels: podLabels } = object.metadata;
      this.#index(`${namespace ?? ''}/${podLabels?.[labels.pair] ?? ''}`, object, type === 'deleted');
      tellOwner(object, onChange);
    });
    for (const reflector of this.#children.values()) reflector.subscribe(({ object }) => tellOwner(object, onChange));
    this.#nodes?.subscribe(({ object }) => this.#tellPairsOn(object.metadata.name, onChange));
  }

  /** Begins to watch. */
  start(signal: AbortSignal): void {
    for (const reflector of this.#all()) reflector.start(signal);
  }

  /** Whether everything was listed at least once. */
  get hasSynced(): boolean {
    return this.#all().every(({ hasSynced }) => hasSynced);
  }

  /** Resolves when everything was listed at least once. */
  async synced(): Promise<void> {
    await Promise.all(this.#all().map(({ synced }) => synced));
  }

  pair(namespace: string, name: string): StoredPair | undefined {
    return this.#pairs.get(namespace, name);
  }

  pairs(): readonly StoredPair[] {
    return this.#pairs.list();
  }

  pods(namespace: string, pairName: string): readonly Pod[] {
    const pods = [...(this.#podsByPair.get(`${namespace}/${pairName}`)?.values() ?? [])];
    return pods.sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
  }

  follow(namespace: string, pairName: string, labelSelector: string): FollowedPods {
    const { client, log, onChange } = this.#options;
    const kind = podKind;
    const reflector = new Reflector<Pod>({ client, log, kind, namespaces: [namespace], labelSelector, trim: trimPod });
    reflector.subscribe(({ type, object }) => {
      this.#index(`${namespace}/${pairName}`, object, type === 'deleted');
      onChange(namespace, pairName);
    });
    this.#followed.add(reflector);
    reflector.start();
    const end = (): void => {
      this.#followed.delete(reflector);
      for (const pod of reflector.list())
        if (pod.metadata.labels?.[labels.pair] !== pairName) this.#index(`${namespace}/${pairName}`, pod, true);
      void reflector[Symbol.asyncDispose]();
    };
    return { listed: reflector.synced, [Symbol.dispose]: end };
  }

  child(kind: ResourceKind, namespace: string, name: string): Stored<KubeObject> | undefined {
    return this.#children.get(kind.kind)?.get(namespace, name);
  }

  node(name: string): Node | undefined {
    return this.#nodes?.get(undefined, name);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#all(), ...this.#followed].map((reflector) => reflector[Symbol.asyncDispose]()));
  }

  #all(): readonly Pick<Reflector<KubeObject>, 'start' | 'hasSynced' | 'synced' | typeof Symbol.asyncDispose>[] {
    return [this.#pairs, this.#pods, ...this.#children.values(), ...(this.#nodes ? [this.#nodes] : [])];
  }

  #index(key: string, pod: Pod, gone: boolean): void {
    const { name } = pod.metadata;
    const pods = this.#podsByPair.get(key) ?? new Map<string, Pod>();
    if (!gone) pods.set(name, pod);
    else if (pods.get(name)?.metadata.uid === pod.metadata.uid) pods.delete(name);
    if (pods.size > 0) this.#podsByPair.set(key, pods);
    else this.#podsByPair.delete(key);
  }

  #tellPairsOn(nodeName: string, onChange: CachesOptions['onChange']): void {
    for (const [key, pods] of this.#podsByPair) {
      const slash = key.indexOf('/');
      if ([...pods.values()].some(({ spec }) => spec?.nodeName === nodeName))
        onChange(key.slice(0, slash), key.slice(slash + 1));
    }
  }
}

function tellOwner({ metadata }: KubeObject, onChange: CachesOptions['onChange']): void {
  const pair = metadata.labels?.[labels.pair];
  if (pair !== undefined && metadata.namespace !== undefined) onChange(metadata.namespace, pair);
}
