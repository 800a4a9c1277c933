import type { KubeClient } from './client.ts';
import { systemClock, type Clock } from '../base/clock.ts';
import { isApiError } from './errors.ts';
import { listWatch } from './list-watch.ts';
import type { Log } from '../base/log.ts';
import { ObjectStore, type Change } from './object-store.ts';
import type { KubeObject, ResourceKind, Stored } from './objects.ts';

/** What to hold a copy of. */
export interface ReflectorOptions<T extends KubeObject> {
  readonly client: KubeClient;
  readonly kind: ResourceKind;
  /** Absent: all namespaces (the only choice for cluster-scoped kinds). */
  readonly namespaces?: readonly string[];
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  /** Drops what is not used before it is held; metadata.managedFields is always dropped. */
  readonly trim?: (object: Stored<T>) => Stored<T>;
  readonly log: Log;
  readonly clock?: Clock;
  /** In [0, 1), for jitter. */
  readonly random?: () => number;
}

/** Called for each change, in order. A throw is logged and harms nobody. */
export type ChangeListener<T extends KubeObject> = (change: Change<T>) => void;

/** How well a reflector follows. */
export interface ReflectorStatus {
  /** When the server last accepted a watch; with several namespaces, the one where that is longest ago. */
  readonly lastConnected: Date | undefined;
  /** Failures in a row; with several namespaces, of the worst. */
  readonly failures: number;
}

/** One namespace, or all of them. */
class Scope<T extends KubeObject> {
  readonly namespace: string | undefined;
  readonly store = new ObjectStore<T>();
  listed = false;
  lastConnected: Date | undefined;
  failures = 0;

  constructor(namespace: string | undefined) {
    this.namespace = namespace;
  }
}

/** Holds a copy of a collection that follows the API server through every failure, and tells of changes. */
export class Reflector<T extends KubeObject> implements AsyncDisposable {
  readonly #options: ReflectorOptions<T>;
  readonly #clock: Clock;
  readonly #scopes: readonly Scope<T>[];
  readonly #listeners = new Set<ChangeListener<T>>();
  readonly #stop = new AbortController();
  readonly #synced = Promise.withResolvers<undefined>();
  #running: Promise<unknown> | undefined;

  constructor(options: ReflectorOptions<T>) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#scopes = (options.namespaces ?? [undefined]).map((namespace) => new Scope<T>(namespace));
  }

  /**
   * Begins to follow, until the signal is aborted or this is disposed.
   *
   * @throws Error when started before.
   */
  start(signal?: AbortSignal): void {
    if (this.#running !== undefined)
      throw new Error(`the reflector of ${this.#options.kind.plural} was started before`);
    const until = signal === undefined ? this.#stop.signal : AbortSignal.any([signal, this.#stop.signal]);
    this.#running = Promise.all(this.#scopes.map((scope) => this.#follow(scope, until)));
  }

  /** The whole collection has been seen once. */
  get hasSynced(): boolean {
    return this.#scopes.every((scope) => scope.listed);
  }

  /** Resolves when {@link hasSynced}; never, if stopped before. */
  get synced(): Promise<undefined> {
    return this.#synced.promise;
  }

  get(namespace: string | undefined, name: string): Stored<T> | undefined {
    return this.#scopeOf(namespace)?.store.get(namespace, name);
  }

  /** What is copied. */
  get kind(): ResourceKind {
    return this.#options.kind;
  }

  /** A write of this process was answered with this object: what is held of it here follows at once, before the watch. */
  written(object: Stored<T>): void {
    const scope = this.#scopeOf(object.metadata.namespace);
    if (scope) this.#tell(scope.store.written(this.#trimmed(object)));
  }

  /** All objects, in no order. */
  list(): Stored<T>[] {
    return this.#scopes.flatMap((scope) => [...scope.store.values()]);
  }

  /** Tells `listener` of every change from now on, until disposed. What is already there is in {@link list}. */
  subscribe(listener: ChangeListener<T>): Disposable {
    // Wrapped, so that the same function subscribed twice is two subscriptions.
    const own: ChangeListener<T> = (change) => listener(change);
    this.#listeners.add(own);
    return { [Symbol.dispose]: () => void this.#listeners.delete(own) };
  }

  get status(): ReflectorStatus {
    const connected = this.#scopes.map((scope) => scope.lastConnected);
    return {
      lastConnected: connected.reduce((a, b) => (a === undefined || b === undefined ? undefined : a < b ? a : b)),
      failures: Math.max(...this.#scopes.map((scope) => scope.failures)),
    };
  }

  /** Stops; no listener is called afterwards and nothing is left open. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort(new Error('the reflector is stopped'));
    this.#listeners.clear();
    await this.#running;
  }

  async #follow(scope: Scope<T>, signal: AbortSignal): Promise<void> {
    const { client, kind, labelSelector, fieldSelector, log, random = Math.random } = this.#options;
    const sightings = listWatch<T>({
      client,
      kind,
      selection: {
        ...(scope.namespace === undefined ? {} : { namespace: scope.namespace }),
        ...(labelSelector === undefined ? {} : { labelSelector }),
        ...(fieldSelector === undefined ? {} : { fieldSelector }),
      },
      trim: (object) => this.#trimmed(object),
      onConnected: () => {
        scope.lastConnected = this.#clock.wallTime();
        scope.failures = 0;
      },
      signal,
      clock: this.#clock,
      random,
    });
    for await (const sighting of sightings) {
      if (signal.aborted) return;
      switch (sighting.type) {
        case 'listed':
          this.#tell(scope.store.replace(sighting.objects));
          scope.listed = true;
          if (this.hasSynced) this.#synced.resolve(undefined);
          break;
        case 'watched':
          this.#tell(scope.store.observe(sighting.event));
          break;
        case 'failed': {
          const { error, failures, retryInMs } = sighting;
          scope.failures = failures;
          const level = isApiError(error) && error.code === 410 ? 'info' : 'warn';
          log[level](
            { err: error, failures, retryInMs, kind: kind.kind },
            'following a collection failed; trying again',
          );
          break;
        }
      }
    }
  }

  #scopeOf(namespace: string | undefined): Scope<T> | undefined {
    return this.#scopes.find((scope) => scope.namespace === undefined || scope.namespace === namespace);
  }

  #trimmed(object: Stored<T>): Stored<T> {
    const { trim = (whole: Stored<T>) => whole } = this.#options;
    return trim(withoutManagedFields(object));
  }

  #tell(changes: readonly Change<T>[]): void {
    for (const change of changes)
      for (const listener of [...this.#listeners]) {
        try {
          listener(change);
        } catch (error) {
          this.#options.log.error({ err: error, kind: this.#options.kind.kind }, 'a listener of changes failed');
        }
      }
  }
}

function withoutManagedFields<T extends KubeObject>(object: Stored<T>): Stored<T> {
  return { ...object, metadata: { ...object.metadata, managedFields: undefined } };
}
