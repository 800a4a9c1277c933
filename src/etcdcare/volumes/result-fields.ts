/** Anything that may have fields. */
export type Fields = unknown;

/** A script told something that it never tells: it is of another version, or something else wrote its result. */
export class ResultError extends Error {
  override readonly name = 'ResultError';
  readonly code = 'BAD_RESULT';

  constructor(name: string, wanted: string, found: unknown) {
    super(
      `the script's result has ${found === undefined ? 'nothing' : JSON.stringify(found).slice(0, 200)} as ${name}, which should be ${wanted}`,
    );
  }
}

/*
 * Readers of one field each. All throw ResultError for what is not of the wanted shape.
 */

/** The field as it is; undefined where there is none. */
export function field(fields: Fields, name: string): unknown {
  return typeof fields === 'object' && fields !== null
    ? (fields as Readonly<Record<string, unknown>>)[name]
    : undefined;
}

/** A text. */
export function text(fields: Fields, name: string): string {
  const value = field(fields, name);
  if (typeof value !== 'string') throw new ResultError(name, 'a text', value);
  return value;
}

/** true or false. */
export function flag(fields: Fields, name: string): boolean {
  const value = field(fields, name);
  if (typeof value !== 'boolean') throw new ResultError(name, 'true or false', value);
  return value;
}

/** A list of anything. */
export function list(fields: Fields, name: string): readonly unknown[] {
  const value = field(fields, name);
  if (!Array.isArray(value)) throw new ResultError(name, 'a list', value);
  return value;
}

/** One of these words. */
export function oneOf<T extends string>(fields: Fields, name: string, values: readonly T[]): T {
  const value = values.find((one) => one === field(fields, name));
  if (value === undefined) throw new ResultError(name, `one of ${values.join(', ')}`, field(fields, name));
  return value;
}

/** A number of up to 64 bits, which stands there as text. */
export function whole(fields: Fields, name: string): bigint {
  const value = number64(fields, name);
  if (value === undefined) throw new ResultError(name, 'a number as text', field(fields, name));
  return value;
}

/** The same; undefined where the script could not tell it: absent or an empty text. */
export function number64(fields: Fields, name: string): bigint | undefined {
  const value = field(fields, name);
  if (value === undefined || value === '') return undefined;
  if (typeof value !== 'string' || !/^\d{1,20}$/.test(value)) throw new ResultError(name, 'a number as text', value);
  return BigInt(value);
}
