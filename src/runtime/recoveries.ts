import type { EtcdGuard } from '../api/etcd-guard.ts';
import type { EtcdRecovery } from '../api/etcd-recovery.ts';
import { etcdRecoveryKind } from '../api/names.ts';
import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { SecretReader } from '../etcdcare/observe.ts';
import { RecoveryLocks } from '../etcdcare/recovery/lock.ts';
import { RecoveryReconciler } from '../etcdcare/recovery/reconciler.ts';
import { remedyFor } from '../etcdcare/recovery/remedies/index.ts';
import { adminConnector } from '../etcd/member-admin.ts';
import { recoveryEvent } from '../etcdcare/events.ts';
import type { EventRecorder } from '../kube/events.ts';
import type { KubeClient } from '../kube/client.ts';
import type { Node } from '../kube/core-types.ts';
import type { KubeObject } from '../kube/objects.ts';
import type { PodLogs } from '../kube/pod-logs.ts';
import { Reflector } from '../kube/reflector.ts';
import { WorkQueue } from '../kube/work-queue.ts';
import { runController } from './controller.ts';
import type { OperatorMetrics } from './metrics.ts';
import { apiIsThere } from './optional-api.ts';

/** Label `controller` of the metrics, and name of the queue. */
const CONTROLLER = 'etcdrecovery';
/** Recoveries worked at at the same time; of one etcd it is always one. */
const CONCURRENCY = 4;

/** What the recoveries' part of the operator works with. */
export interface RecoveriesOptions {
  readonly client: KubeClient & PodLogs;
  /** Empty: every namespace. */
  readonly watchNamespaces: readonly string[];
  readonly secrets: SecretReader;
  readonly node: (name: string) => Node | undefined;
  readonly guard: (namespace: string, name: string) => EtcdGuard | undefined;
  /** Of this operator, the same for all of its replicas. */
  readonly installation: string;
  readonly operatorImage?: string;
  readonly events: EventRecorder;
  readonly isLeader: () => boolean;
  readonly metrics: OperatorMetrics;
  readonly clock: Clock;
  readonly log: Log;
  /** A recovery has changed, its status included, or is gone. */
  readonly onChange: (recovery: EtcdRecovery) => void;
}

/** Carries out EtcdRecoveries, with a queue and a loop of its own beside pairs and guards. */
export class Recoveries implements AsyncDisposable {
  readonly #options: RecoveriesOptions;
  readonly #queue: WorkQueue;
  readonly #reflector: Reflector<EtcdRecovery & KubeObject>;
  readonly #reconciler: RecoveryReconciler;
  readonly #reconcileMetrics: ReturnType<OperatorMetrics['controller']>['reconcile'];
  readonly #stop = new AbortController();
  #running: Promise<void> | undefined;

  constructor(options: RecoveriesOptions) {
    this.#options = options;
    const { client, log, watchNamespaces, metrics, clock, secrets, node, guard, isLeader } = options;
    const { workQueue, reconcile } = metrics.controller(CONTROLLER, CONCURRENCY);
    this.#reconcileMetrics = reconcile;
    this.#queue = new WorkQueue({ observer: workQueue });
    workQueue.measure(this.#queue);
    const scope = watchNamespaces.length === 0 ? {} : { namespaces: watchNamespaces };
    this.#reflector = new Reflector({ client, log, ...scope, kind: etcdRecoveryKind });
    this.#reflector.subscribe((change) => {
      options.onChange(change.object);
      // What this process wrote itself is no reason to look again.
      if (change.type === 'updated' && change.object.metadata.generation === change.previous.metadata.generation)
        return;
      this.#queue.add(keyOf(change.object));
    });
    const { operatorImage } = options;
    this.#reconciler = new RecoveryReconciler({
      client,
      watchNamespaces,
      secrets,
      node,
      guard,
      recoveries: (namespace) => this.list(namespace),
      remedy: remedyFor,
      connect: adminConnector(clock),
      locks: new RecoveryLocks(client, options.installation, clock),
      isLeader,
      clock,
      log,
      changed: (recovery, status) => {
        const report = recoveryEvent(recovery, status);
        if (report) options.events.record(report);
      },
      ...(operatorImage === undefined ? {} : { operatorImage }),
    });
  }

  /** Begins in the background, and ends when disposed. */
  start(): void {
    this.#running = this.#run().catch((error: unknown) => {
      if (!this.#stop.signal.aborted) this.#options.log.error({ err: error }, 'the recoveries have stopped');
    });
  }

  /** Whether they were listed: before that nobody knows which there are. */
  get hasSynced(): boolean {
    return this.#reflector.hasSynced;
  }

  /** Those of a namespace. */
  list(namespace: string): readonly EtcdRecovery[] {
    return this.#reflector.list().filter(({ metadata }) => metadata.namespace === namespace);
  }

  /** This replica acts from now on. */
  startedLeading(): void {
    for (const recovery of this.#reflector.list()) this.#queue.add(keyOf(recovery), 'resync');
  }

  /** Another replica acts. */
  stoppedLeading(): void {
    this.#reconciler[Symbol.dispose]();
  }

  /** A guard has changed: what is planned for its etcd may have, too. */
  guardChanged({ namespace, name }: { readonly namespace: string; readonly name: string }): void {
    for (const recovery of this.list(namespace)) if (recovery.spec.guardName === name) this.#queue.add(keyOf(recovery));
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
    const { client, clock, log, isLeader, watchNamespaces } = this.#options;
    const [namespace] = watchNamespaces;
    const scope = namespace === undefined ? {} : { namespace };
    const without = 'no etcd is repaired';
    await apiIsThere({ client, kind: etcdRecoveryKind, ...scope, without, clock, log }, signal);
    this.#reflector.start(signal);
    await runController({
      queue: this.#queue,
      concurrency: CONCURRENCY,
      reconcile: (key, lookSignal) => {
        const [recoveryNamespace = '', name = ''] = key.split('/');
        return this.#reconciler.reconcile(recoveryNamespace, name, lookSignal);
      },
      isLeader,
      metrics: this.#reconcileMetrics,
      log,
      signal,
    });
  }
}

function keyOf({ metadata }: EtcdRecovery): string {
  return `${metadata.namespace}/${metadata.name}`;
}
