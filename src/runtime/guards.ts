import type { EtcdGuard, EtcdGuardStatus } from '../api/etcd-guard.ts';
import { etcdGuardKind } from '../api/names.ts';
import { sleep, type Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import { GuardReconciler } from '../etcdcare/reconciler.ts';
import type { SecretReader } from '../etcdcare/observe.ts';
import { memberConnector } from '../etcd/member-client.ts';
import type { KubeClient } from '../kube/client.ts';
import type { Node } from '../kube/core-types.ts';
import { isForbidden, isNotFound } from '../kube/errors.ts';
import type { KubeObject } from '../kube/objects.ts';
import type { PodLogs } from '../kube/pod-logs.ts';
import { Reflector } from '../kube/reflector.ts';
import { WorkQueue } from '../kube/work-queue.ts';
import { runController } from './controller.ts';
import type { OperatorMetrics } from './metrics.ts';

/** Label `controller` of the metrics, and name of the queue. */
const CONTROLLER = 'etcdguard';
/** Guards looked at at the same time: there are few, and a look waits for etcd at most some seconds. */
const CONCURRENCY = 4;
/** How often it is asked whether the API for guards is there, while it is not. */
const API_LOOK_MS = 60_000;

/** What the guards' part of the operator works with. */
export interface GuardsOptions {
  readonly client: KubeClient & PodLogs;
  /** Empty: every namespace. */
  readonly watchNamespaces: readonly string[];
  readonly secrets: SecretReader;
  readonly node: (name: string) => Node | undefined;
  readonly isLeader: () => boolean;
  readonly metrics: OperatorMetrics;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Looks after EtcdGuards beside the pairs, with a queue and a loop of its own. Nothing of the pairs waits for it: where
 * its CustomResourceDefinition is not installed it says so, and begins when it is.
 */
export class Guards implements AsyncDisposable {
  readonly #options: GuardsOptions;
  readonly #queue: WorkQueue;
  readonly #reflector: Reflector<EtcdGuard & KubeObject>;
  readonly #reconciler: GuardReconciler;
  readonly #reconcileMetrics: ReturnType<OperatorMetrics['controller']>['reconcile'];
  readonly #stop = new AbortController();
  #running: Promise<void> | undefined;

  constructor(options: GuardsOptions) {
    this.#options = options;
    const { client, log, watchNamespaces, metrics, clock } = options;
    const { workQueue, reconcile } = metrics.controller(CONTROLLER, CONCURRENCY);
    this.#reconcileMetrics = reconcile;
    this.#queue = new WorkQueue({ observer: workQueue });
    workQueue.measure(this.#queue);
    const scope = watchNamespaces.length === 0 ? {} : { namespaces: watchNamespaces };
    this.#reflector = new Reflector({ client, log, ...scope, kind: etcdGuardKind });
    this.#reflector.subscribe((change) => {
      // What this process wrote itself is no reason to look again.
      if (change.type === 'updated' && change.object.metadata.generation === change.previous.metadata.generation)
        return;
      this.#queue.add(keyOf(change.object));
    });
    this.#reconciler = new GuardReconciler({
      client,
      writer: client,
      secrets: options.secrets,
      node: options.node,
      guard: (namespace, name) => this.#reflector.get(namespace, name),
      connect: memberConnector(clock),
      clock,
      log,
      observed: (guard, status) => report(metrics, guard, status),
    });
  }

  /** Begins in the background, and ends when disposed. */
  start(): void {
    this.#running = this.#run().catch((error: unknown) => {
      if (!this.#stop.signal.aborted) this.#options.log.error({ err: error }, 'the guards have stopped');
    });
  }

  /** This replica acts from now on. */
  startedLeading(): void {
    for (const guard of this.#reflector.list()) this.#queue.add(keyOf(guard), 'resync');
  }

  /** Another replica acts: what this one knew is that one's to tell. */
  stoppedLeading(): void {
    this.#options.metrics.guards.forgetAll();
    this.#reconciler[Symbol.dispose]();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort(new Error('the operator is stopping'));
    await this.#queue.shutDown();
    await this.#running;
    this.#reconciler[Symbol.dispose]();
    await this.#reflector[Symbol.asyncDispose]();
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    await this.#apiIsThere(signal);
    this.#reflector.start(signal);
    const { isLeader, log, metrics } = this.#options;
    await runController({
      queue: this.#queue,
      concurrency: CONCURRENCY,
      reconcile: async (key, lookSignal) => {
        const [namespace = '', name = ''] = key.split('/');
        if (!this.#reflector.get(namespace, name)) metrics.guards.forget({ namespace, name });
        return this.#reconciler.reconcile(namespace, name, lookSignal);
      },
      isLeader,
      metrics: this.#reconcileMetrics,
      log,
      signal,
    });
  }

  /** Resolves when the API for guards is served and may be read. @throws the signal's reason. */
  async #apiIsThere(signal: AbortSignal): Promise<void> {
    const { client, clock, log, watchNamespaces } = this.#options;
    const [namespace] = watchNamespaces;
    for (let told = false; ; told = true) {
      try {
        await client.list(etcdGuardKind, { limit: 1, signal, ...(namespace === undefined ? {} : { namespace }) });
        return;
      } catch (error) {
        signal.throwIfAborted();
        const why = isNotFound(error)
          ? 'the CustomResourceDefinition etcdguards.ha.milvus.io is not installed: no etcd is guarded; install it, or start with --etcd-guard=false'
          : isForbidden(error)
            ? 'EtcdGuards may not be read: no etcd is guarded; grant what docs/install.md lists, or start with --etcd-guard=false'
            : 'EtcdGuards cannot be read: no etcd is guarded until they can';
        if (!told) log.warn({ err: error }, why);
      }
      await sleep(clock, API_LOOK_MS, signal);
    }
  }
}

function keyOf({ metadata }: EtcdGuard): string {
  return `${metadata.namespace}/${metadata.name}`;
}

function report(
  { guards }: OperatorMetrics,
  { metadata: { namespace, name } }: EtcdGuard,
  status: EtcdGuardStatus,
): void {
  const { conditions = [], quorum, diagnosis } = status;
  guards.report(
    { namespace, name },
    { conditions, ...(quorum ? { quorum } : {}), ...(diagnosis ? { diagnosis: diagnosis.case } : {}) },
  );
}
