import { describe, expect, it } from '@jest/globals';
import { Registry } from 'prom-client';
import { workQueueMetrics } from '../../../../src/runtime/metrics/work-queue.ts';
import { samplesOf } from './samples.ts';

const labels = '{name="coordinatorpair",controller="coordinatorpair"}';

describe('workQueueMetrics', () => {
  it('shows zeros before anything happened', async () => {
    const registry = new Registry();
    workQueueMetrics(registry)('coordinatorpair');
    expect(await samplesOf(registry, /^workqueue/)).toEqual({
      [`workqueue_depth${labels}`]: '0',
      [`workqueue_adds_total${labels}`]: '0',
      [`workqueue_retries_total${labels}`]: '0',
      [`workqueue_unfinished_work_seconds${labels}`]: '0',
      [`workqueue_longest_running_processor_seconds${labels}`]: '0',
    });
  });

  it('counts what the queue tells', async () => {
    const registry = new Registry();
    const queue = workQueueMetrics(registry)('coordinatorpair');
    queue.added();
    queue.added();
    queue.depth(2);
    queue.taken(500);
    queue.depth(1);
    queue.done(20);
    queue.retried();
    expect(await samplesOf(registry, /^workqueue_(depth|adds|retries|.*_(sum|count))/)).toEqual({
      [`workqueue_depth${labels}`]: '1',
      [`workqueue_adds_total${labels}`]: '2',
      [`workqueue_retries_total${labels}`]: '1',
      [`workqueue_queue_duration_seconds_sum${labels}`]: '0.5',
      [`workqueue_queue_duration_seconds_count${labels}`]: '1',
      [`workqueue_work_duration_seconds_sum${labels}`]: '0.02',
      [`workqueue_work_duration_seconds_count${labels}`]: '1',
    });
  });

  it('looks at the work under way on each scrape', async () => {
    const registry = new Registry();
    let running = { totalMs: 3_000, longestMs: 2_000 };
    workQueueMetrics(registry)('coordinatorpair').measure({ running: () => running });
    const seen = () => samplesOf(registry, /^workqueue_(unfinished|longest)/);
    expect(Object.values(await seen())).toEqual(['3', '2']);
    running = { totalMs: 0, longestMs: 0 };
    expect(Object.values(await seen())).toEqual(['0', '0']);
  });
});
