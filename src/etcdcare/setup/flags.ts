import type { Container } from './stateful-set.ts';

/**
 * Reads etcd's flags where a container sets them: on its command line, in a shell script on it, or as ETCD_* variables
 * (which a flag wins over). `$(NAME)` is filled in as far as it is known from the StatefulSet.
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
  const filledIn = (text: string): string =>
    text.replaceAll(/\$[({](\w+)[)}]/g, (whole, name: string) => variables.get(name) ?? whole);
  return (flag) => {
    const onLine = new RegExp(`(?:^|\\s)--?${flag}(?:=|\\s+)["']?([^\\s"']+)`).exec(line)?.[1];
    const found = onLine ?? variables.get(`ETCD_${flag.toUpperCase().replaceAll('-', '_')}`);
    return found === undefined ? undefined : filledIn(found);
  };
}
