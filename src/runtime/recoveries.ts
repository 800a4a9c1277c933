import type { EtcdGuard } from '../api/etcd-guard.ts';
import { hasEnded, type EtcdRecovery } from '../api/etcd-recovery.ts';
import { etcdRecoveryKind } from '../api/names.ts';
import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { SecretReader } from '../etcdcare/observe.ts';
import type { Pace } from '../etcdcare/pace.ts';
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
import type { OperatorMetrics } from './metrics.ts';
import { KindController } from './kind-controller.ts';
import type { Watchdog } from './watchdog.ts';

/** Recoveries worked at at the same time; of one etcd it is always one. */
const CONCURRENCY = 4;

/** What the recoveries' part of the operator works with. */
export interface RecoveriesOptions {
  readonly client: KubeClient & PodLogs;
  readonly watchdog: Pick<Watchdog, 'during'>;
  /** Empty: every namespace. */
  readonly watchNamespaces: readonly string[];
  /** Where recoveries are carried out; empty: wherever guards are looked after. */
  readonly repairNamespaces: readonly string[];
  readonly secrets: SecretReader;
  readonly pace: Pace;
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

/** Carries out EtcdRecoveries. */
export class Recoveries implements AsyncDisposable {
  readonly #controller: KindController<EtcdRecovery & KubeObject>;
  readonly #reconciler: RecoveryReconciler;
  readonly #namespaces: readonly string[];

  constructor(options: RecoveriesOptions) {
    const { client, log, watchNamespaces, metrics, clock, secrets, node, guard, isLeader, operatorImage } = options;
    this.#namespaces = options.repairNamespaces.length > 0 ? options.repairNamespaces : watchNamespaces;
    this.#controller = new KindController<EtcdRecovery & KubeObject>({
      ...{ client, watchNamespaces: this.#namespaces, isLeader, metrics, clock, log, watchdog: options.watchdog },
      kind: etcdRecoveryKind,
      concurrency: CONCURRENCY,
      reconcile: (namespace, name, signal) => this.#reconciler.reconcile(namespace, name, signal),
      introduction: {
        isNew: ({ status, metadata }) => status?.state === undefined && metadata.deletionTimestamp === undefined,
        introduce: (recovery, signal) => this.#reconciler.introduce(recovery, signal),
      },
      without: 'no etcd is repaired',
    });
    this.#controller.objects.subscribe(({ object }) => options.onChange(object));
    this.#reconciler = new RecoveryReconciler({
      client,
      watchNamespaces,
      pace: options.pace,
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
        const { namespace } = recovery.metadata;
        const { guardName: name, action } = recovery.spec;
        if (status.state && hasEnded({ status }) && !hasEnded(recovery))
          metrics.guards.recoveryEnded({ namespace, name }, { action, state: status.state });
      },
      ...(operatorImage === undefined ? {} : { operatorImage }),
    });
  }

  /** Begins in the background, and ends when disposed. */
  start(): void {
    this.#controller.start();
  }

  /** Those of a namespace; undefined: they are not known, or nothing is repaired there. */
  known(namespace: string): readonly EtcdRecovery[] | undefined {
    const isRepaired = this.#namespaces.length === 0 || this.#namespaces.includes(namespace);
    return isRepaired && this.#controller.objects.hasSynced ? this.list(namespace) : undefined;
  }

  /** Those of a namespace. */
  list(namespace: string): readonly EtcdRecovery[] {
    return this.#controller.list(namespace);
  }

  /** This replica acts from now on. */
  startedLeading(): void {
    this.#controller.startedLeading();
  }

  /** Another replica acts. */
  stoppedLeading(): void {
    this.#reconciler[Symbol.dispose]();
  }

  /** A guard has changed: what is planned for its etcd may have, too. */
  guardChanged({ namespace, name }: { readonly namespace: string; readonly name: string }): void {
    for (const { spec, metadata } of this.list(namespace))
      if (spec.guardName === name) this.#controller.lookAt(metadata);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#controller[Symbol.asyncDispose]();
    this.#reconciler[Symbol.dispose]();
  }
}
