import type { EtcdGuard, EtcdGuardStatus } from '../api/etcd-guard.ts';
import { hasEnded, type EtcdRecovery } from '../api/etcd-recovery.ts';
import { etcdGuardKind } from '../api/names.ts';
import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import { GuardReconciler } from '../etcdcare/reconciler.ts';
import type { SecretReader } from '../etcdcare/observe.ts';
import type { Pace } from '../etcdcare/pace.ts';
import { memberConnector } from '../etcd/member-client.ts';
import { guardEvent } from '../etcdcare/events.ts';
import type { EventRecorder } from '../kube/events.ts';
import type { KubeClient } from '../kube/client.ts';
import type { Node } from '../kube/core-types.ts';
import type { KubeObject } from '../kube/objects.ts';
import type { PodLogs } from '../kube/pod-logs.ts';
import type { SeenGuard } from '../pair/guard-view.ts';
import type { OperatorMetrics } from './metrics.ts';
import { KindController } from './kind-controller.ts';
import type { Watchdog } from './watchdog.ts';

/** Guards looked at at the same time: there are few, and a look waits for etcd at most some seconds. */
const CONCURRENCY = 4;

/** What the guards' part of the operator works with. */
export interface GuardsOptions {
  readonly client: KubeClient & PodLogs;
  readonly watchdog: Pick<Watchdog, 'during'>;
  /** Empty: every namespace. */
  readonly watchNamespaces: readonly string[];
  readonly secrets: SecretReader;
  readonly pace: Pace;
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

/** Looks after EtcdGuards, and shows them to whoever asks about one. */
export class Guards implements AsyncDisposable {
  readonly #options: GuardsOptions;
  readonly #controller: KindController<EtcdGuard & KubeObject>;
  readonly #reconciler: GuardReconciler;
  #apiIsMissing = false;

  constructor(options: GuardsOptions) {
    this.#options = options;
    const { client, log, watchNamespaces, isLeader, metrics, clock, onChange } = options;
    this.#controller = new KindController<EtcdGuard & KubeObject>({
      ...{ client, watchNamespaces, isLeader, metrics, clock, log, watchdog: options.watchdog },
      kind: etcdGuardKind,
      concurrency: CONCURRENCY,
      reconcile: (namespace, name, signal) => {
        if (!this.get(namespace, name)) metrics.guards.forget({ namespace, name });
        return this.#reconciler.reconcile(namespace, name, signal);
      },
      without: 'no etcd is guarded',
      onMissing: () => {
        this.#apiIsMissing = true;
        onChange();
      },
    });
    const { objects } = this.#controller;
    objects.subscribe(({ object: { metadata } }) => onChange(metadata));
    void objects.synced.then(() => onChange());
    this.#reconciler = new GuardReconciler({
      client,
      writer: client,
      secrets: options.secrets,
      pace: options.pace,
      node: options.node,
      guard: (namespace, name) => objects.get(namespace, name),
      guards: (namespace) => this.#controller.list(namespace),
      recoveries: options.recoveries,
      connect: memberConnector(clock),
      clock,
      log,
      observed: (guard, status) => {
        // A look that ends after the lead was lost is another replica's to tell.
        if (isLeader()) report(metrics, guard, status, options.recoveries(guard.metadata.namespace) ?? []);
        const event = guardEvent(guard, status);
        if (event) options.events.record(event);
      },
    });
  }

  /** A guard as the watch holds it, or why there is none. */
  lookUp(namespace: string, name: string): SeenGuard {
    if (!this.#controller.objects.hasSynced) return this.#apiIsMissing ? 'NotWatched' : 'NotListed';
    return this.get(namespace, name) ?? 'NotFound';
  }

  /** A guard as the watch holds it. */
  get(namespace: string, name: string): EtcdGuard | undefined {
    return this.#controller.objects.get(namespace, name);
  }

  /** Something that belongs to a guard has changed. */
  lookAgain(namespace: string, name: string): void {
    this.#controller.lookAt({ namespace, name });
  }

  /** Begins in the background, and ends when disposed. */
  start(): void {
    this.#controller.start();
  }

  /** This replica acts from now on. */
  startedLeading(): void {
    this.#controller.startedLeading();
  }

  /** Another replica acts: what this one knew is that one's to tell. */
  stoppedLeading(): void {
    this.#options.metrics.guards.forgetAll();
    this.#reconciler[Symbol.dispose]();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#controller[Symbol.asyncDispose]();
    this.#reconciler[Symbol.dispose]();
  }
}

function report(
  { guards }: OperatorMetrics,
  { metadata: { namespace, name } }: EtcdGuard,
  status: EtcdGuardStatus,
  recoveries: readonly EtcdRecovery[],
): void {
  const { conditions = [], quorum, diagnosis, lastSnapshot } = status;
  const open = recoveries
    .filter((recovery) => recovery.spec.guardName === name && !hasEnded(recovery))
    .map(({ spec: { action }, status: now }) => ({ action, state: now?.state ?? 'Planned' }));
  guards.report(
    { namespace, name },
    {
      conditions,
      recoveries: open,
      ...(quorum ? { quorum } : {}),
      ...(diagnosis ? { diagnosis: diagnosis.case } : {}),
      ...(lastSnapshot ? { lastSnapshotTime: new Date(lastSnapshot.time) } : {}),
    },
  );
}
