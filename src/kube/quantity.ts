import { limits } from '../base/limits.ts';

/** A resource.Quantity as an exact fraction. */
interface Fraction {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

const decimal: Readonly<Record<string, number>> = { n: -9, u: -6, m: -3, '': 0, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 };
const binary: Readonly<Record<string, bigint>> = { Ki: 10n, Mi: 20n, Gi: 30n, Ti: 40n, Pi: 50n, Ei: 60n };

/**
 * Two spellings of one amount: "1000m" and "1", "1024Mi" and "1Gi", 2 and "2". The API server stores its own spelling
 * of some (resource.Quantity, CanonicalizeBytes). False when either is no quantity.
 */
export function sameQuantity(a: string | number, b: string | number): boolean {
  const [x, y] = [parse(String(a)), parse(String(b))];
  return x !== undefined && y !== undefined && x.numerator * y.denominator === y.numerator * x.denominator;
}

function parse(text: string): Fraction | undefined {
  if (text.length > limits.quantityCharacters) return undefined;
  const match = /^([+-]?)(\d*)(?:\.(\d*))?(?:([numkMGTPE]|[KMGTPE]i)|[eE]([+-]?\d{1,2}))?$/.exec(text);
  if (match === null) return undefined;
  const [, sign = '', whole = '', fraction = '', suffix = '', exponent] = match;
  if (whole === '' && fraction === '') return undefined;
  const digits = BigInt(`${whole}${fraction}`) * (sign === '-' ? -1n : 1n);
  const shift = binary[suffix];
  const power = (shift === undefined ? (decimal[suffix] ?? 0) : 0) + Number(exponent ?? 0) - fraction.length;
  return {
    numerator: (digits << (shift ?? 0n)) * 10n ** BigInt(Math.max(0, power)),
    denominator: 10n ** BigInt(Math.max(0, -power)),
  };
}
