/** Time, passed in wherever it matters, so that tests can own it. */
export interface Clock {
  /** Monotonic milliseconds with no meaning but their difference; never jumps with the wall clock. */
  nowMs(): number;
  /** The wall clock, only for what people read. */
  wallTime(): Date;
  /** Calls back once after `delayMs` (at most 24.8 days: a longer wait is cut to that); disposing cancels. */
  schedule(delayMs: number, callback: () => void): Disposable;
}

/** setTimeout keeps its delay in 31 bits and fires at once above that. */
const longestTimerMs = 2 ** 31 - 1;

/** The machine's own time. Node's monotonic clock goes on while the process is stopped by a signal. */
export const systemClock: Clock = {
  nowMs: () => performance.now(),
  wallTime: () => new Date(),
  schedule(delayMs, callback) {
    const timer = setTimeout(callback, Math.min(delayMs, longestTimerMs));
    return { [Symbol.dispose]: () => clearTimeout(timer) };
  },
};

/**
 * Waits.
 *
 * @throws the signal's reason as soon as it is aborted.
 */
export function sleep(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason as Error);
      return;
    }
    const timer = clock.schedule(delayMs, () => {
      signal?.removeEventListener('abort', abort);
      resolve();
    });
    function abort(): void {
      timer[Symbol.dispose]();
      reject(signal?.reason as Error);
    }
    signal?.addEventListener('abort', abort, { once: true });
  });
}

/**
 * Runs `work` with a signal that is aborted by `parent`, with its reason, or after `deadlineMs`, with what `late`
 * gives. Not AbortSignal.any and .timeout: those know no other clock.
 */
export async function withDeadline<R>(
  clock: Clock,
  deadlineMs: number,
  late: () => Error,
  parent: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<R>,
): Promise<R> {
  parent?.throwIfAborted();
  const abort = new AbortController();
  const onAbort = (): void => abort.abort(parent?.reason);
  parent?.addEventListener('abort', onAbort, { once: true });
  const timer = clock.schedule(deadlineMs, () => abort.abort(late()));
  try {
    return await work(abort.signal);
  } finally {
    timer[Symbol.dispose]();
    parent?.removeEventListener('abort', onAbort);
  }
}
