import { isDeepStrictEqual } from 'node:util';
import type { CoordinatorPair } from '../api/coordinator-pair.ts';
import { coordinatorPairKind, labels, OPERATOR } from '../api/names.ts';
import type { KubeClient } from '../kube/client.ts';
import type { Node, Pod } from '../kube/core-types.ts';
import { nodeKind, podDisruptionBudgetKind, podKind } from '../kube/kinds.ts';
import type { Log } from '../base/log.ts';
import type { Change } from '../kube/object-store.ts';
import type { KubeObject, ResourceKind, Stored } from '../kube/objects.ts';
import { Reflector } from '../kube/reflector.ts';
import type { FollowedPods, PairCaches } from '../pair/caches.ts';
import { childKinds } from '../pair/child-kinds.ts';
import type { PodDisruptionBudget } from '../pair/disruption-budgets.ts';
import { DepartedPods } from './departed-pods.ts';
import { trimBudget, trimNode, trimPod } from './trim.ts';

/** A pair as the API server stores it. */
type StoredPair = Stored<CoordinatorPair>;

/** Of whatever kind. */
type Following = Pick<
  Reflector<KubeObject>,
  'kind' | 'start' | 'hasSynced' | 'synced' | 'written' | typeof Symbol.asyncDispose
>;

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

/** The operator's shared watches, restricted by label to what is its own; budgets of others count too. */
export class Caches implements PairCaches, AsyncDisposable {
  readonly #pairs: Reflector<CoordinatorPair & KubeObject>;
  readonly #pods: Reflector<Pod>;
  readonly #children: ReadonlyMap<string, Reflector<KubeObject>>;
  readonly #budgets: Reflector<PodDisruptionBudget>;
  readonly #nodes: Reflector<Node> | undefined;
  /** Pods by pair, so that a look at one pair does not walk all pods. */
  readonly #podsByPair = new Map<string, Map<string, Pod>>();
  readonly #departed = new DepartedPods();
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
    const ofOurs = { labelSelector: `${labels.managedBy}=${OPERATOR}` };
    this.#budgets = new Reflector({ client, log, ...scope, kind: podDisruptionBudgetKind, trim: trimBudget });
    this.#children = new Map(
      childKinds.map((kind) => [
        kind.kind,
        kind === podDisruptionBudgetKind ? this.#budgets : new Reflector({ client, log, ...scope, kind, ...ofOurs }),
      ]),
    );
    this.#nodes = watchNodes ? new Reflector<Node>({ client, log, kind: nodeKind, trim: trimNode }) : undefined;
    this.#pairs.subscribe(({ type, object: { metadata } }) => {
      if (type === 'deleted') this.#departed.forget(`${metadata.namespace}/${metadata.name}`);
      onChange(metadata.namespace, metadata.name);
    });
    this.#pods.subscribe(({ type, object }) => {
      const { namespace = '', labels: podLabels } = object.metadata;
      this.#noted(namespace, podLabels?.[labels.pair] ?? '', type, object);
      tellOwner(object, onChange);
    });
    for (const reflector of this.#children.values()) reflector.subscribe(({ object }) => tellOwner(object, onChange));
    this.#budgets.subscribe((change) => this.#tellPairsUnder(change, onChange));
    this.#nodes?.subscribe(({ object }) => this.#tellPairsOn(object.metadata.name, onChange));
  }

  /** Pods mostly outlive their pair, and anybody may label one: what is gone is kept for a pair that there is. */
  #noted(namespace: string, pairName: string, type: Change<Pod>['type'], pod: Stored<Pod>): void {
    const key = `${namespace}/${pairName}`;
    this.#index(key, pod, type === 'deleted');
    if (type === 'deleted' && this.pair(namespace, pairName)) this.#departed.add(key, pod);
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

  /** A write of this operator was answered with this object: looks from now on see it. */
  written(kind: ResourceKind, object: Stored<KubeObject>): void {
    for (const reflector of [...this.#all(), ...this.#followed])
      if (reflector.kind.plural === kind.plural) reflector.written(object);
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

  departed(namespace: string, pairName: string): readonly Pod[] {
    return this.#departed.of(`${namespace}/${pairName}`);
  }

  follow(namespace: string, pairName: string, labelSelector: string): FollowedPods {
    const { client, log, onChange } = this.#options;
    const kind = podKind;
    const reflector = new Reflector<Pod>({ client, log, kind, namespaces: [namespace], labelSelector, trim: trimPod });
    reflector.subscribe(({ type, object }) => {
      this.#noted(namespace, pairName, type, object);
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
    const found = this.#children.get(kind.kind)?.get(namespace, name);
    return found && isOurs(found) ? found : undefined;
  }

  budgets(namespace: string): Iterable<PodDisruptionBudget> {
    return this.#budgets.list().filter(({ metadata }) => metadata.namespace === namespace);
  }

  node(name: string): Node | undefined {
    return this.#nodes?.get(undefined, name);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#all(), ...this.#followed].map((reflector) => reflector[Symbol.asyncDispose]()));
  }

  #all(): readonly Following[] {
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

  /** A budget of somebody else may match any pod of its namespace; its own counts change all the time. */
  #tellPairsUnder(change: Change<PodDisruptionBudget>, onChange: CachesOptions['onChange']): void {
    const { object } = change;
    if (change.type === 'updated') {
      if (isOurs(change.previous) && !isOurs(object)) tellOwner(change.previous, onChange);
      if (isDeepStrictEqual(change.previous.spec?.selector, object.spec?.selector)) return;
    }
    if (isOurs(object)) return;
    for (const { metadata } of this.#pairs.list())
      if (metadata.namespace === object.metadata.namespace) onChange(metadata.namespace, metadata.name);
  }

  #tellPairsOn(nodeName: string, onChange: CachesOptions['onChange']): void {
    for (const [key, pods] of this.#podsByPair) {
      const slash = key.indexOf('/');
      if ([...pods.values()].some(({ spec }) => spec?.nodeName === nodeName))
        onChange(key.slice(0, slash), key.slice(slash + 1));
    }
  }
}

/** Whether the operator has made it, or taken it over. */
function isOurs({ metadata }: KubeObject): boolean {
  return metadata.labels?.[labels.managedBy] === OPERATOR;
}

function tellOwner({ metadata }: KubeObject, onChange: CachesOptions['onChange']): void {
  const pair = metadata.labels?.[labels.pair];
  if (pair !== undefined && metadata.namespace !== undefined) onChange(metadata.namespace, pair);
}
