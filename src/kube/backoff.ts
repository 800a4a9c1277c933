/** Growing waits between tries. */
export interface Backoff {
  /** Before the first repeat, milliseconds. */
  readonly firstMs: number;
  /** Never longer, milliseconds. */
  readonly longestMs: number;
}

/** The wait after `failures` failures in a row (1 or more) without jitter: doubled each time up to the longest. */
export function backoffMs({ firstMs, longestMs }: Backoff, failures: number): number {
  return Math.min(longestMs, firstMs * 2 ** Math.min(failures - 1, 50));
}

/** Spreads a wait over half of it to the whole, so that many waiters do not return together. `random` is in [0, 1). */
export function jittered(delayMs: number, random: () => number): number {
  return delayMs * (0.5 + random() / 2);
}
