/**
 * Stops waiting for `promise` when `signal` is aborted; what it stands for goes on, for others may wait for it too.
 *
 * @throws the signal's reason.
 */
export function abortable<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason as Error);
    // Listened to in any case, so that a failure nobody waits for any more is no unhandled rejection.
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
}
