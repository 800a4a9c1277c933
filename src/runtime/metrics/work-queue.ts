import { Counter, Gauge, Histogram } from 'prom-client';
import type { Registry } from 'prom-client';
import type { WorkQueueObserver } from '../../kube/work-queue.ts';

/** The part of a work queue that is looked at on each scrape. */
export interface RunningWork {
  running(): { readonly totalMs: number; readonly longestMs: number };
}

/** Metrics of a work queue: hand it to the queue as its observer, then name the queue to {@link measure}. */
export interface WorkQueueMetrics extends WorkQueueObserver {
  /** From now on the work under way in this queue is measured. */
  measure(queue: RunningWork): void;
}

/** client-go's buckets for queues: 10 ns to 1000 s, a factor of ten apart. */
const buckets = [1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 0.01, 0.1, 1, 10, 100, 1000];

/**
 * The workqueue_* metrics under the names, labels and buckets of controller-runtime 0.22: its dashboards fit.
 *
 * @returns makes the series of the queue of one controller.
 */
export function workQueueMetrics(registry: Registry): (controller: string) => WorkQueueMetrics {
  const common = { labelNames: ['name', 'controller'] as const, registers: [registry] };
  const queues = new Map<string, RunningWork | undefined>();

  const depth = new Gauge({ ...common, name: 'workqueue_depth', help: 'Keys that wait in the work queue.' });
  const adds = new Counter({ ...common, name: 'workqueue_adds_total', help: 'Keys put into the work queue.' });
  const waited = new Histogram({
    ...common,
    name: 'workqueue_queue_duration_seconds',
    help: 'How long a key waited in the work queue.',
    buckets,
  });
  const worked = new Histogram({
    ...common,
    name: 'workqueue_work_duration_seconds',
    help: 'How long the work on a key took.',
    buckets,
  });
  const retries = new Counter({
    ...common,
    name: 'workqueue_retries_total',
    help: 'Keys that were put back after a failure.',
  });
  new Gauge({
    ...common,
    name: 'workqueue_unfinished_work_seconds',
    help: 'Seconds spent so far on keys that are being worked on. Growing without end means that something is stuck.',
    collect() {
      for (const [name, queue] of queues) this.set({ name, controller: name }, (queue?.running().totalMs ?? 0) / 1000);
    },
  });
  new Gauge({
    ...common,
    name: 'workqueue_longest_running_processor_seconds',
    help: 'Seconds spent so far on the key that has been worked on for the longest time.',
    collect() {
      for (const [name, queue] of queues)
        this.set({ name, controller: name }, (queue?.running().longestMs ?? 0) / 1000);
    },
  });

  return (controller) => {
    const labels = { name: controller, controller };
    queues.set(controller, undefined);
    depth.set(labels, 0);
    adds.inc(labels, 0);
    retries.inc(labels, 0);
    return {
      depth: (waiting) => depth.set(labels, waiting),
      added: () => adds.inc(labels),
      taken: (waitedMs) => waited.observe(labels, waitedMs / 1000),
      done: (tookMs) => worked.observe(labels, tookMs / 1000),
      retried: () => retries.inc(labels),
      measure: (measured) => void queues.set(controller, measured),
    };
  };
}
