/** How long a test waits for a state that must come, and how often it looks. */
export interface UntilOptions {
  /** Gives up after this long, milliseconds. */
  readonly timeoutMs?: number;
  /** Time between two looks, milliseconds. */
  readonly everyMs?: number;
}

/**
 * Looks until `probe` gives something truthy, and returns it: the way to wait for a state in tests.
 *
 * @throws Error naming `description` and the last thing seen (value or error) when the time is over.
 */
export async function until<T>(
  description: string,
  probe: () => T | Promise<T>,
  { timeoutMs = 10_000, everyMs = 25 }: UntilOptions = {},
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
