import { isConflict } from '../kube/errors.ts';
import type { Log } from '../base/log.ts';
import type { WorkQueue } from '../kube/work-queue.ts';
import type { ReconcileMetrics } from './metrics/reconcile.ts';

/** Without any change a key is looked at this often, milliseconds: what it refers to by name may have changed. */
const RESYNC_MS = 300_000;
/** Looks of many keys spread over this part of the time. */
const RESYNC_JITTER = 0.2;

/** A loop that works off a queue. */
export interface ControllerOptions {
  readonly queue: WorkQueue;
  readonly concurrency: number;
  /** Looks at one key. @returns when to look again at the latest, milliseconds. */
  readonly reconcile: (key: string, signal: AbortSignal) => Promise<number | undefined>;
  /** Asked before each look; keys taken while false are dropped: all are added again when it turns. */
  readonly isLeader: () => boolean;
  readonly metrics: ReconcileMetrics;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/** Works off the queue until it is shut down; a look that fails is tried again, later each time. */
export async function runController(options: ControllerOptions): Promise<void> {
  await Promise.all(Array.from({ length: options.concurrency }, () => work(options)));
}

async function work(options: ControllerOptions): Promise<void> {
  const { queue, isLeader } = options;
  for (let key = await queue.take(); key !== undefined; key = await queue.take()) {
    try {
      if (isLeader()) await look(key, options);
    } finally {
      queue.done(key);
    }
  }
}

async function look(key: string, { queue, reconcile, metrics, log, signal }: ControllerOptions): Promise<void> {
  const ended = metrics.started();
  try {
    const againMs = await reconcile(key, signal);
    queue.forget(key);
    const resyncMs = RESYNC_MS * (1 - RESYNC_JITTER * Math.random());
    if (againMs !== undefined && againMs < resyncMs) queue.addAfter(key, againMs);
    else queue.addAfter(key, resyncMs, 'resync');
    ended(againMs === undefined ? 'success' : 'requeue_after');
  } catch (error) {
    ended('error');
    queue.addRateLimited(key);
    // Somebody wrote in between: the normal way to find out that the cache was behind.
    if (isConflict(error)) log.debug({ key, err: error }, 'will look again: the object has changed meanwhile');
    else log.warn({ key, err: error, failures: queue.failures(key) }, 'a look failed and will be repeated');
  }
}
