/** How long a test waits for a state that must come, and how often it checks. */
export interface UntilOptions {
  /** Gives up after this long, milliseconds. */
  readonly timeoutMs?: number;
  /** Time between two checks, milliseconds; at least {@link shortestPollMs}. */
  readonly everyMs?: number;
}

/** More often would take time from the processor that what is waited for needs. */
export const shortestPollMs = 100;

/**
 * Checks until `probe` gives something truthy, and returns it: the way to wait for a state in tests. A probe reads through a client
 * that is open already, not by a program that is started for it.
 *
 * @throws Error naming `description` and the last thing seen (value or error) when the time is over.
 * @throws RangeError when it would check more often than every 100 ms.
 */
export async function until<T>(
  description: string,
  probe: () => T | Promise<T>,
  { timeoutMs = 10_000, everyMs = shortestPollMs }: UntilOptions = {},
): Promise<NonNullable<Exclude<T, false>>> {
  if (everyMs < shortestPollMs)
    throw new RangeError(`${description}: polls every ${everyMs} ms, less than ${shortestPollMs}`);
  return tryUntil(description, probe, timeoutMs, everyMs);
}

/**
 * Does a step again and again, without a pause, until it gives something truthy: for steps that do work each time (write more, run
 * another operator), not for waiting.
 *
 * @throws Error as {@link until} does.
 */
export async function repeatUntil<T>(
  description: string,
  step: () => Promise<T>,
  { timeoutMs }: { readonly timeoutMs: number },
): Promise<NonNullable<Exclude<T, false>>> {
  return tryUntil(description, step, timeoutMs, 0);
}

async function tryUntil<T>(
  description: string,
  probe: () => T | Promise<T>,
  timeoutMs: number,
  everyMs: number,
): Promise<NonNullable<Exclude<T, false>>> {
  const deadline = performance.now() + timeoutMs;
  let last: unknown;
  for (;;) {
    try {
      const value = await probe();
      if (value !== undefined && value !== null && value !== false) return value as NonNullable<Exclude<T, false>>;
      last = value;
    } catch (error) {
      last = error;
    }
    if (performance.now() > deadline)
      throw new Error(`${description}: not so after ${timeoutMs} ms; last seen: ${describe(last)}`, { cause: last });
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}

function describe(seen: unknown): string {
  return seen instanceof Error ? seen.message : JSON.stringify(seen);
}
