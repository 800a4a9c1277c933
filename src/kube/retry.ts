import { backoffMs, jittered } from './backoff.ts';
import { isApiError } from './errors.ts';

/**
 * Which failures a call may be repeated after.
 * - `always`: repeating does no harm, whether or not the first try was carried out.
 * - `refused`: only when the server said that it did nothing (429); a second create or an unguarded delete could
 *   do something else than the first.
 */
export type Repeatable = 'always' | 'refused';

/** Tries in all. What still fails then is the reconcile's matter, which has a longer breath. */
const tries = 4;
const backoff = { firstMs: 100, longestMs: 2_000 };
/** A server that asks for more than this is not waited for here: the caller learns retryAfterSeconds. */
const longestAskedMs = 5_000;

/**
 * How long to wait before trying again, milliseconds; undefined: do not. A Retry-After is never undercut.
 *
 * @param attempt 1 after the first try.
 */
export function retryDelayMs(
  error: unknown,
  attempt: number,
  repeatable: Repeatable,
  random: () => number,
): number | undefined {
  if (!isApiError(error) || !error.retryable || attempt >= tries) return undefined;
  if (repeatable === 'refused' && error.code !== 429) return undefined;
  const askedMs = (error.retryAfterSeconds ?? 0) * 1000;
  if (askedMs > longestAskedMs) return undefined;
  return askedMs + jittered(backoffMs(backoff, attempt), random);
}
