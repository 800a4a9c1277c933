import { limits } from '../../base/limits.ts';
import { BeyondLimits } from './beyond-limits.ts';
import type { Container } from './stateful-set.ts';

const reference = /\$[({](\w+)[)}]/g;

/**
 * Reads etcd's flags where a container sets them: on its command line, in a shell script on it, or as ETCD_* variables
 * (which a flag wins over). `$(NAME)` is filled in as far as it is known from the StatefulSet; the function that it
 * returns throws BeyondLimits when that becomes too long.
 */
export function flagReader(
  { command = [], args = [], env = [] }: Container,
  { namespace }: { readonly name: string; readonly namespace: string },
): (flag: string) => string | undefined {
  const line = [...command, ...args].join('\n');
  const variables = new Map(
    env.flatMap(({ name, value, valueFrom }) => {
      const known = value ?? (valueFrom?.fieldRef?.fieldPath === 'metadata.namespace' ? namespace : undefined);
      return known === undefined ? [] : [[name, known] as const];
    }),
  );
  const filledIn = (flag: string, text: string): string => {
    let characters = text.length;
    return text.replaceAll(reference, (whole, name: string) => {
      const value = variables.get(name) ?? whole;
      characters += value.length;
      if (characters > limits.containerCharacters)
        throw new BeyondLimits(
          `--${flag} has more than ${limits.containerCharacters} characters with its variables filled in`,
        );
      return value;
    });
  };
  return (flag) => {
    const onLine = new RegExp(`(?:^|\\s)--?${flag}(?:=|\\s+)["']?([^\\s"']+)`).exec(line)?.[1];
    const found = onLine ?? variables.get(`ETCD_${flag.toUpperCase().replaceAll('-', '_')}`);
    return found === undefined ? undefined : filledIn(flag, found);
  };
}
