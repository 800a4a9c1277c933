import { Counter, Gauge, Histogram } from 'prom-client';
import type { Registry } from 'prom-client';

/** How a reconcile ended, in controller-runtime's words. */
export type ReconcileResult = 'success' | 'error' | 'requeue' | 'requeue_after';

const results: readonly ReconcileResult[] = ['success', 'error', 'requeue', 'requeue_after'];

/** Counts and times reconciles. */
export interface ReconcileMetrics {
  /** Call when a reconcile starts; call what it returns, once, when it ends. */
  started(): (result: ReconcileResult) => void;
}

/** controller-runtime's buckets, seconds. */
const buckets = [
  0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.25, 1.5, 1.75, 2,
  2.5, 3, 3.5, 4, 4.5, 5, 6, 7, 8, 9, 10, 15, 20, 25, 30, 40, 50, 60,
];

/**
 * The controller_runtime_* metrics under the names and labels of controller-runtime 0.22.
 *
 * @param now monotonic clock, milliseconds.
 * @returns makes the series of one controller; `concurrency` is the most reconciles at the same time.
 */
export function reconcileMetrics(
  registry: Registry,
  now: () => number,
): (controller: string, concurrency: number) => ReconcileMetrics {
  const common = { labelNames: ['controller'] as const, registers: [registry] };
  const total = new Counter({
    name: 'controller_runtime_reconcile_total',
    help: 'Reconciles, by how they ended: success, error, requeue or requeue_after.',
    labelNames: ['controller', 'result'],
    registers: [registry],
  });
  const errors = new Counter({
    name: 'controller_runtime_reconcile_errors_total',
    help: 'Reconciles that failed.',
    ...common,
  });
  const time = new Histogram({
    name: 'controller_runtime_reconcile_time_seconds',
    help: 'How long a reconcile took.',
    ...common,
    buckets,
  });
  const most = new Gauge({
    name: 'controller_runtime_max_concurrent_reconciles',
    help: 'Most reconciles that may run at the same time.',
    ...common,
  });
  const active = new Gauge({
    name: 'controller_runtime_active_workers',
    help: 'Reconciles that run now.',
    ...common,
  });

  return (controller, concurrency) => {
    most.set({ controller }, concurrency);
    active.set({ controller }, 0);
    errors.inc({ controller }, 0);
    for (const result of results) total.inc({ controller, result }, 0);
    return {
      started() {
        const startedMs = now();
        active.inc({ controller });
        return (result) => {
          active.dec({ controller });
          time.observe({ controller }, (now() - startedMs) / 1000);
          total.inc({ controller, result });
          if (result === 'error') errors.inc({ controller });
        };
      },
    };
  };
}
