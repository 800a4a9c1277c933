/** Delays between tries, milliseconds; the last one repeats. */
export type Backoff = readonly [number, ...number[]];

/** Between reads of a session store that fail. */
export const readBackoff: Backoff = [250, 500, 1_000, 2_000];

/** Between watches that end; short, since a watch that is back shows first that etcd is. */
export const watchBackoff: Backoff = [50, 100, 250, 500, 1_000];

/**
 * Delay before try `attempt` (0: the first repeat), spread by a tenth either way so that many stores don't come at
 * once. @param random - 0 to 1.
 */
export function delayMs(backoff: Backoff, attempt: number, random: () => number): number {
  return spread(backoff[Math.min(attempt, backoff.length - 1)] ?? backoff[0], random);
}

/** `ms` and up to a tenth more or less. */
export function spread(ms: number, random: () => number): number {
  return ms * (0.9 + 0.2 * random());
}
