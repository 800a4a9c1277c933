/** What a quantity should be. */
export interface Target {
  readonly words: string;
  readonly isMet: (values: readonly number[]) => boolean;
}

/** A measured quantity: all its values, in the order in which they were taken. */
export interface Series {
  /** What was measured, in words. */
  readonly name: string;
  readonly unit: 'ms' | 'changes' | 'MiB' | '% of a core' | 'writes';
  readonly values: readonly number[];
  /** What it should be; absent: there is no promise. */
  readonly target?: Target;
  /** The same without the operator: what {@link ratio} divides by. */
  readonly alone?: readonly number[];
}

/** The target that every value is below a limit. */
export const below = (limit: number, words: string): Target => ({
  words,
  isMet: (values) => values.every((value) => value < limit),
});

/** The target that every value is exactly this one. */
export const exactly = (wanted: number, words: string): Target => ({
  words,
  isMet: (values) => values.every((value) => value === wanted),
});

/** The value in the middle of the sorted ones, or between the two there. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** The value below which a part of the values lies, between neighbours in proportion. @throws RangeError for none. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const place = (sorted.length - 1) * part;
  const [below, above] = [sorted[Math.floor(place)], sorted[Math.ceil(place)]];
  if (below === undefined || above === undefined) throw new RangeError('there are no values');
  return below + (above - below) * (place - Math.floor(place));
}

/** Median with the operator by median without it; undefined: it was not measured without. */
export function ratio({ values, alone }: Series): number | undefined {
  return alone && alone.length > 0 ? median(values) / median(alone) : undefined;
}
