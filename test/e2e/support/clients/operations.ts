/** What clients do all the while. */
export const operationKinds = ['search', 'insert', 'ddl'] as const;

/** `ddl` is creating a small collection and dropping it. */
export type OperationKind = (typeof operationKinds)[number];

/** One operation of a client, over. Times by this machine's wall clock. */
export interface Operation {
  readonly startMs: number;
  readonly endMs: number;
  /** Why it failed; absent: it succeeded. */
  readonly error?: string;
}

/** A stretch of time. */
export interface Interval {
  readonly fromMs: number;
  readonly toMs: number;
}

/**
 * The stretches of `interval` in which no operation succeeded: from the end of one that did, or the beginning of the
 * interval, to the end of the next one that did, or the end of the interval. Together they are the interval.
 * @param operations of one kind, in any order
 */
export function gaps(operations: readonly Operation[], { fromMs, toMs }: Interval): Interval[] {
  const successes = operations
    .filter(({ error, endMs }) => error === undefined && endMs > fromMs && endMs < toMs)
    .map(({ endMs }) => endMs)
    .sort((a, b) => a - b);
  const starts = [fromMs, ...successes];
  return [...successes, toMs].map((endMs, index) => ({ fromMs: starts[index] ?? fromMs, toMs: endMs }));
}

/** The longest of the {@link gaps}; the first of several. */
export function longestGap(operations: readonly Operation[], interval: Interval): Interval {
  return gaps(operations, interval).reduce((longest, gap) => (lengthOf(gap) > lengthOf(longest) ? gap : longest));
}

/** How long an interval is, milliseconds. */
export const lengthOf = ({ fromMs, toMs }: Interval): number => toMs - fromMs;
