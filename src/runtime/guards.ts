import type { EtcdGuard, EtcdGuardStatus } from '../api/etcd-guard.ts';
import type { EtcdRecovery } from '../api/etcd-recovery.ts';
import { etcdGuardKind } from '../api/names.ts';
import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import { GuardReconciler } from '../etcdcare/reconciler.ts';
import type { SecretReader } from '../etcdcare/observe.ts';
import { memberConnector } from '../etcd/member-client.ts';
import { guardEvent } from '../etcdcare/events.ts';
import type { EventRecorder } from '../kube/events.ts';
import type { KubeClient } from '../kube/client.ts';
import type { Node } from '../kube/core-types.ts';
import type { KubeObject } from '../kube/objects.ts';
import type { PodLogs } from '../kube/pod-logs.ts';
import { Reflector } from '../kube/reflector.ts';
import { WorkQueue } from '../kube/work-queue.ts';
import type { SeenGuard } from '../pair/guard-view.ts';
import { runController } from './controller.ts';
import type { OperatorMetrics } from './metrics.ts';
import { apiIsThere } from './optional-api.ts';

/** Label `controller` of the metrics, and name of the queue. */
const CONTROLLER = 'etcdguard';
/** Guards looked at at the same time: there are few, and a look waits for etcd at most some seconds. */
const CONCURRENCY = 4;

/** What the guards' part of the operator works with. */
export interface GuardsOptions {
  readonly client: KubeClient & PodLogs;
  /** Empty: every namespace. */
  readonly watchNamespaces: readonly string[];
  readonly secrets: SecretReader;
  readonly node: (name: string) => Node | undefined;
  /** All recoveries of a namespace; undefined: they are not known. */
  readonly recoveries: (namespace: string) => readonly EtcdRecovery[] | undefined;
  readonly events: EventRecorder;
  readonly isLeader: () => boolean;
  readonly metrics: OperatorMetrics;
  readonly clock: Clock;
  readonly log: Log;
  /** A guard has changed, its status included; without a name: all were listed for the first time. */
  readonly onChange: (guard?: { readonly namespace: string; readonly name: string }) => void;
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
  #apiIsMissing = false;

  constructor(options: GuardsOptions) {
    this.#options = options;
    const { client, log, watchNamespaces, metrics, clock } = options;
    const { workQueue, reconcile } = metrics.controller(CONTROLLER, CONCURRENCY);
    this.#reconcileMetrics = reconcile;
    this.#queue = new WorkQueue({ observer: workQueue });
    workQueue.measure(this.#queue);
    const scope = watchNamespaces.length === 0 ? {} : { namespaces: watchNamespaces };
    this.#reflector = new Reflector({ client, log, ...scope, kind: etcdGuardKind });
    this.#reflector.subscribe(({ object: { metadata } }) => options.onChange(metadata));
    void this.#reflector.synced.then(() => options.onChange());
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
      guards: (namespace) => this.#reflector.list().filter(({ metadata }) => metadata.namespace === namespace),
      recoveries: options.recoveries,
      connect: memberConnector(clock),
      clock,
      log,
      observed: (guard, status) => {
        report(metrics, guard, status);
        const event = guardEvent(guard, status);
        if (event) options.events.record(event);
      },
    });
  }

  /** A guard as the watch holds it, or why there is none. */
  lookUp(namespace: string, name: string): SeenGuard {
    if (!this.#reflector.hasSynced) return this.#apiIsMissing ? 'NotWatched' : 'NotListed';
    return this.#reflector.get(namespace, name) ?? 'NotFound';
  }

  /** A guard as the watch holds it. */
  get(namespace: string, name: string): EtcdGuard | undefined {
    return this.#reflector.get(namespace, name);
  }

  /** Something that belongs to a guard has changed. */
  lookAgain(namespace: string, name: string): void {
    this.#queue.add(`${namespace}/${name}`);
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
    const { client, clock, log, isLeader, metrics, watchNamespaces, onChange } = this.#options;
    const [namespace] = watchNamespaces;
    const scope = namespace === undefined ? {} : { namespace };
    const onMissing = (): void => {
      this.#apiIsMissing = true;
      onChange();
    };
    const without = 'no etcd is guarded';
    await apiIsThere({ client, kind: etcdGuardKind, ...scope, without, onMissing, clock, log }, signal);
    this.#reflector.start(signal);
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
