/** Time as the etcd room needs it; tests bring their own. */
export interface Clock {
  /** Wall clock. */
  now(): Date;
  /** Never goes back; milliseconds since some fixed moment. */
  monotonicMs(): number;
  /** Calls back once after `delayMs`, unless disposed before. */
  after(delayMs: number, callback: () => void): Disposable;
}

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => new Date(),
  monotonicMs: () => performance.now(),
  after(delayMs, callback) {
    const timer = setTimeout(callback, delayMs);
    return { [Symbol.dispose]: () => clearTimeout(timer) };
  },
};

/** Waits on `clock`. @throws the signal's reason when it is aborted before. */
export function wait(clock: Clock, delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const timer = clock.after(delayMs, () => {
      signal.removeEventListener('abort', onAbort);
      resolve();
    });
    const onAbort = (): void => {
      timer[Symbol.dispose]();
      reject(signal.reason as Error);
    };
    signal.addEventListener('abort', onAbort, { once: true });
  });
}
