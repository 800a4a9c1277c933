import type { Logger } from './logging.ts';

/** The part of the process that a shutdown needs; a test passes its own. */
export interface SignalSource {
  on(signal: 'SIGTERM' | 'SIGINT', listener: () => void): unknown;
  off(signal: 'SIGTERM' | 'SIGINT', listener: () => void): unknown;
  exit(code: number): void;
}

/** Aborts when the process is asked to end; dispose to stop listening. */
export interface ShutdownRequest extends Disposable {
  readonly signal: AbortSignal;
}

const signals = ['SIGTERM', 'SIGINT'] as const;

/** Turns the first SIGTERM or SIGINT into an aborted signal; the second one ends the process at once with code 1. */
export function onShutdownRequest(logger: Logger, source: SignalSource = process): ShutdownRequest {
  const controller = new AbortController();
  const listeners = signals.map((name) => {
    const listener = () => {
      if (controller.signal.aborted) {
        logger.error({ signal: name }, 'Asked again to end: exiting at once');
        source.exit(1);
        return;
      }
      logger.info({ signal: name }, 'Asked to end: shutting down');
      controller.abort(new Error(`received ${name}`));
    };
    source.on(name, listener);
    return { name, listener };
  });
  return {
    signal: controller.signal,
    [Symbol.dispose]() {
      for (const { name, listener } of listeners) source.off(name, listener);
    },
  };
}

/** One thing to end, and its name for the log. */
export interface Disposer {
  readonly name: string;
  readonly dispose: () => void | PromiseLike<void>;
}

/**
 * Ends things one after the other, in the order given. One that fails does not keep the next from being ended; when the
 * time is over, those not yet ended are left to the end of the process.
 *
 * @param graceMs for all of them together; shorter than the pod's terminationGracePeriodSeconds.
 * @returns whether everything ended well and in time.
 */
export async function disposeWithin(graceMs: number, disposers: readonly Disposer[], logger: Logger): Promise<boolean> {
  const deadline = AbortSignal.timeout(graceMs);
  const overdue = new Promise<'overdue'>((resolve) => {
    deadline.addEventListener('abort', () => resolve('overdue'), { once: true });
  });
  let clean = true;
  for (const { name, dispose } of disposers) {
    const outcome = await Promise.race([ended(dispose), overdue]);
    if (outcome === 'overdue') {
      logger.error({ graceMs, stuckIn: name }, 'Shutdown took too long: leaving the rest to the end of the process');
      return false;
    }
    if (outcome !== undefined) {
      clean = false;
      logger.error({ err: outcome, step: name }, 'Could not end a part of the operator');
    }
  }
  return clean;
}

async function ended(dispose: Disposer['dispose']): Promise<Error | undefined> {
  try {
    await dispose();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}
