import { Registry } from 'prom-client';
import type { RequestReport } from '../kube/http-session.ts';
import type { ListenAddress } from './config-values.ts';
import { serve } from './http-endpoint.ts';
import type { HttpEndpoint } from './http-endpoint.ts';
import { etcdMetrics } from './metrics/etcd.ts';
import type { EtcdMetrics } from './metrics/etcd.ts';
import { guardMetrics } from './metrics/guards.ts';
import type { GuardMetrics } from './metrics/guards.ts';
import { pairMetrics } from './metrics/pairs.ts';
import type { PairMetrics } from './metrics/pairs.ts';
import { leaderElectionMetrics, processMetrics, restClientMetrics, stallMetrics } from './metrics/process.ts';
import { reconcileMetrics } from './metrics/reconcile.ts';
import type { ReconcileMetrics } from './metrics/reconcile.ts';
import { workQueueMetrics } from './metrics/work-queue.ts';
import type { WorkQueueMetrics } from './metrics/work-queue.ts';

/** Everything the operator measures. Each part is fed by the room it is named after. */
export interface OperatorMetrics {
  readonly registry: Registry;
  /** The queue's observer. */
  readonly workQueue: WorkQueueMetrics;
  readonly reconcile: ReconcileMetrics;
  /** The same two for a further controller. */
  readonly controller: (
    name: string,
    concurrency: number,
  ) => { readonly workQueue: WorkQueueMetrics; readonly reconcile: ReconcileMetrics };
  /** For the API server's client: `onRequest`. */
  readonly requestCompleted: (report: RequestReport) => void;
  /** The event loop stood still for so long, milliseconds. */
  readonly stalled: (stalledMs: number) => void;
  /** Call when this replica becomes leader and when it stops being it. */
  readonly leading: (leading: boolean) => void;
  readonly pairs: PairMetrics;
  readonly guards: GuardMetrics;
  readonly etcd: EtcdMetrics;
}

/** What the metrics must know beforehand. */
export interface MetricsOptions {
  /** Value of the labels `controller` and `name` of the queue and reconcile metrics. */
  readonly controller: string;
  readonly concurrency: number;
  /** Name of the Lease. */
  readonly leaseName: string;
  readonly version: string;
  /** Monotonic clock, milliseconds. */
  readonly now?: () => number;
}

/** Makes a registry with all metrics of the operator, those of the process included. */
export function createMetrics(options: MetricsOptions): OperatorMetrics {
  const { controller, concurrency, leaseName, version, now = () => performance.now() } = options;
  const registry = new Registry();
  processMetrics(registry, version);
  const queueMetrics = workQueueMetrics(registry);
  const loopMetrics = reconcileMetrics(registry, now);
  const ofController = (name: string, most: number) => ({
    workQueue: queueMetrics(name),
    reconcile: loopMetrics(name, most),
  });
  return {
    registry,
    ...ofController(controller, concurrency),
    controller: ofController,
    requestCompleted: restClientMetrics(registry),
    stalled: stallMetrics(registry),
    leading: leaderElectionMetrics(registry, leaseName),
    pairs: pairMetrics(registry),
    guards: guardMetrics(registry),
    etcd: etcdMetrics(registry),
  };
}

/**
 * Serves /metrics in the Prometheus text format.
 *
 * @throws Error when the address cannot be listened on.
 */
export function serveMetrics(address: ListenAddress, registry: Registry): Promise<HttpEndpoint> {
  const page = async () => ({ status: 200, contentType: registry.contentType, body: await registry.metrics() });
  return serve(address, new Map([['/metrics', page]]));
}
