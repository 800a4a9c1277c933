import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { KubeClient } from '../kube/client.ts';
import type { KubeObject, ResourceKind, Stored } from '../kube/objects.ts';
import { Reflector } from '../kube/reflector.ts';
import { WorkQueue, type Priority } from '../kube/work-queue.ts';
import { runController } from './controller.ts';
import { Introductions, type IntroductionsOptions } from './introductions.ts';
import type { OperatorMetrics } from './metrics.ts';
import { apiIsThere } from './optional-api.ts';
import type { Watchdog } from './watchdog.ts';

/** A kind that is looked after beside the pairs. */
export interface KindControllerOptions<T> {
  readonly client: KubeClient;
  readonly kind: ResourceKind;
  /** Empty: every namespace. */
  readonly watchNamespaces: readonly string[];
  /** How many objects are looked at at the same time. */
  readonly concurrency: number;
  /** Looks at one object. @returns when to look again at the latest, milliseconds. */
  readonly reconcile: (namespace: string, name: string, signal: AbortSignal) => Promise<number | undefined>;
  /** What a new object says of itself while all workers are busy; absent: nothing. */
  readonly introduction?: Omit<IntroductionsOptions<T>, 'log'>;
  /** What does not happen where the kind is not installed, for the log. */
  readonly without: string;
  /** Told once, where the kind is not installed. */
  readonly onMissing?: () => void;
  readonly isLeader: () => boolean;
  readonly watchdog: Pick<Watchdog, 'during'>;
  readonly metrics: OperatorMetrics;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Looks after a kind with a watch, a queue and a loop of its own. Nothing of the pairs waits for it: where its
 * CustomResourceDefinition is not installed it says so, and begins when it is.
 */
export class KindController<T extends KubeObject> implements AsyncDisposable {
  /** All objects, as the watch holds them. */
  readonly objects: Reflector<T>;
  readonly #options: KindControllerOptions<Stored<T>>;
  readonly #queue: WorkQueue;
  readonly #introductions: Introductions<Stored<T>> | undefined;
  readonly #reconcileMetrics: ReturnType<OperatorMetrics['controller']>['reconcile'];
  readonly #stop = new AbortController();
  #running: Promise<void> | undefined;

  constructor(options: KindControllerOptions<Stored<T>>) {
    this.#options = options;
    const { client, kind, log, watchNamespaces, metrics, concurrency, introduction } = options;
    this.#introductions = introduction && new Introductions({ ...introduction, log });
    const { workQueue, reconcile } = metrics.controller(kind.kind.toLowerCase(), concurrency);
    this.#reconcileMetrics = reconcile;
    this.#queue = new WorkQueue({ observer: workQueue });
    workQueue.measure(this.#queue);
    const scope = watchNamespaces.length === 0 ? {} : { namespaces: watchNamespaces };
    this.objects = new Reflector<T>({ client, log, ...scope, kind });
    this.objects.subscribe((change) => {
      // What this process wrote itself is no reason to look again.
      if (change.type === 'updated' && change.object.metadata.generation === change.previous.metadata.generation)
        return;
      this.lookAt(change.object.metadata);
    });
  }

  /** Those of a namespace. */
  list(namespace: string): readonly Stored<T>[] {
    return this.objects.list().filter(({ metadata }) => metadata.namespace === namespace);
  }

  /** Something that an object's reconcile depends on has changed. */
  lookAt({ namespace = '', name }: { readonly namespace?: string; readonly name: string }): void {
    this.#add(namespace, name, 'fresh');
  }

  /** This replica acts from now on. */
  startedLeading(): void {
    for (const { metadata } of this.objects.list()) this.#add(metadata.namespace ?? '', metadata.name, 'resync');
  }

  /** Begins in the background, and ends when disposed. */
  start(): void {
    this.#running = this.#run().catch((error: unknown) => {
      const { log, kind } = this.#options;
      if (!this.#stop.signal.aborted) log.error({ err: error }, `nothing looks after ${kind.plural} any more`);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort(new Error('the operator is stopping'));
    await this.#introductions?.[Symbol.asyncDispose]();
    await this.#queue.shutDown();
    await this.#running;
    await this.objects[Symbol.asyncDispose]();
  }

  /** A new object that would have to wait for a worker says so first. */
  #add(namespace: string, name: string, priority: Priority): void {
    const key = `${namespace}/${name}`;
    const add = (): void => this.#queue.add(key, priority);
    const waits = !this.#queue.isIdle && this.#options.isLeader();
    if (waits && this.#introductions?.take(key, this.objects.get(namespace, name), add)) return;
    add();
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    const { client, kind, clock, log, isLeader, watchNamespaces, without, onMissing, concurrency } = this.#options;
    const [namespace] = watchNamespaces;
    const api = {
      ...{ client, kind, without, clock, log },
      ...(namespace === undefined ? {} : { namespace }),
      ...(onMissing ? { onMissing } : {}),
    };
    await apiIsThere(api, signal);
    this.objects.start(signal);
    await runController({
      queue: this.#queue,
      concurrency,
      reconcile: (key, lookSignal) => {
        const [objectNamespace = '', name = ''] = key.split('/');
        const { reconcile, watchdog } = this.#options;
        return watchdog.during(`${kind.kind} ${key}`, () => reconcile(objectNamespace, name, lookSignal));
      },
      isLeader,
      metrics: this.#reconcileMetrics,
      log,
      signal,
    });
  }
}
