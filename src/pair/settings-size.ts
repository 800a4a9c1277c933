import { limits } from '../base/limits.ts';

/**
 * Whether a configuration is of a size that everything else may walk through, aliases followed as often as they stand
 * there: 500 bytes of YAML can stand for 2^30 settings, and an alias of a mapping around itself for no end of them.
 *
 * @returns what is too much, to follow "holds"; undefined: nothing.
 */
export function oversized(settings: unknown): string | undefined {
  const waiting: { readonly value: unknown; readonly depth: number }[] = [{ value: settings, depth: 0 }];
  let seen = 0;
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { value, depth } = next;
    if (typeof value !== 'object' || value === null) continue;
    if (depth >= limits.configDepth) return `settings nested deeper than ${limits.configDepth}`;
    for (const inner of Object.values(value)) {
      if (++seen > limits.configSettings) return `more than ${limits.configSettings} settings, aliases followed`;
      waiting.push({ value: inner, depth: depth + 1 });
    }
  }
  return undefined;
}
