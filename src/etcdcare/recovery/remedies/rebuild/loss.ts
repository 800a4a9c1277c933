import { z } from 'zod';
import type { Json, Work } from '../../remedy.ts';
import { aheadOf, type Ranking } from './rank.ts';

const position = { term: z.string().regex(/^\d+$/), index: z.string().regex(/^\d+$/) };

/** What may be lost by a rebuild, as it was approved. */
export const lossSchema = z.strictObject({
  /** The log of the source can be used together with its database. */
  complete: z.boolean(),
  /** The last entry of its log; absent: not known. */
  last: z.exactOptional(z.strictObject(position)),
  /** Sources of the same history whose log reaches further. */
  ahead: z.array(z.strictObject({ name: z.string(), ...position })),
  /** Members whose volume tells nothing. */
  silent: z.array(z.string()),
});

/** The same; int64 in decimal. */
export type Loss = z.infer<typeof lossSchema>;

/** What may be lost when the chosen source is taken. */
export function lossOf({ chosen, ordered }: Extract<Ranking, { readonly chosen: unknown }>): Loss {
  const { lastTerm: term, lastIndex: index } = chosen;
  return {
    complete: chosen.complete,
    ...(term === undefined || index === undefined ? {} : { last: { term: term.toString(), index: index.toString() } }),
    ahead: aheadOf(chosen, ordered).map(({ name, lastTerm = 0n, lastIndex = 0n }) => ({
      name,
      term: lastTerm.toString(),
      index: lastIndex.toString(),
    })),
    silent: ordered
      .filter(({ name, kind, lastIndex }) => name !== chosen.name && kind !== 'Snapshot' && lastIndex === undefined)
      .map(({ name }) => name)
      .toSorted(),
  };
}

/** As a detail of a plan. */
export const asDetail = (loss: Loss): Json => loss;

/** As it was approved. @throws Error when it is none. */
export const approvedLoss = ({ details }: Pick<Work, 'details'>): Loss => lossSchema.parse(details['loss']);

/** Why more may be lost than was approved; undefined: at most what was approved. */
export function grown(now: Loss, approved: Loss, source: string): string | undefined {
  if (approved.complete && !now.complete)
    return `the log of ${source} cannot be used, so that its database alone is left of it`;
  const further = now.ahead.find((one) => {
    const known = approved.ahead.find(({ name }) => name === one.name);
    return !known || isWider(gap(one, now), gap(known, approved));
  });
  if (further)
    return `the log of ${further.name} reaches further than that of ${source} (term ${further.term}, index ${further.index})`;
  const silent = now.silent.filter((name) => !approved.silent.includes(name));
  return silent.length === 0 ? undefined : `the volume of ${silent.join(' and ')} tells nothing any more`;
}

interface Gap {
  /** Entries; undefined: the terms differ, or the source's own position is not known. */
  readonly entries?: bigint;
  readonly term: bigint;
  readonly index: bigint;
}

function gap({ term, index }: Loss['ahead'][number], { last }: Loss): Gap {
  const at = { term: BigInt(term), index: BigInt(index) };
  return last?.term === term ? { ...at, entries: at.index - BigInt(last.index) } : at;
}

function isWider(now: Gap, approved: Gap): boolean {
  if (now.entries !== undefined && approved.entries !== undefined) return now.entries > approved.entries;
  if (now.entries !== undefined) return false;
  if (approved.entries !== undefined) return true;
  return now.term > approved.term || (now.term === approved.term && now.index > approved.index);
}
