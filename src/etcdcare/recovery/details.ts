import type { Json } from './remedy.ts';

/** A text that was written down before. @throws Error when there is none: whoever wrote the journal was another program. */
export function textOf(record: { readonly [key: string]: Json }, key: string): string {
  const value = record[key];
  if (typeof value !== 'string') throw new Error(`the journal lacks ${key}: another version of the operator wrote it`);
  return value;
}

/** A list of texts that was written down before; empty when there is none. */
export function textsOf(record: { readonly [key: string]: Json }, key: string): readonly string[] {
  const value = record[key];
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}
