import type { Container } from './stateful-set.ts';

/** Where a container sets the state of the initial cluster, where not on its command line. */
const VARIABLE = 'ETCD_INITIAL_CLUSTER_STATE';
/** In one word, or in a script that is one word. */
const inWord = /(--?initial-cluster-state(?:=|[ \t]+)["']?)new\b/g;
/** The flag alone: the next word is its value. */
const flagAlone = /^--?initial-cluster-state$/;

/**
 * A container that starts etcd with the state `existing`: an empty member then joins its cluster instead of making one of
 * its own. A command line that sets the flag is changed there, else the variable is set.
 *
 * @returns undefined when the state comes from somewhere that cannot be seen, for instance a ConfigMap.
 */
export function withStateExisting<T extends Container>(container: T): T | undefined {
  const { command = [], args = [], env = [] } = container;
  const onLine = [...command, ...args].some((word) => word.includes('initial-cluster-state'));
  if (onLine) {
    const changed = { ...container, ...words('command', command), ...words('args', args) };
    return startsExisting(changed) ? changed : undefined;
  }
  const known = env.find(({ name }) => name === VARIABLE);
  if (known && known.value === undefined) return undefined;
  const entry = { name: VARIABLE, value: 'existing' };
  return { ...container, env: known ? env.map((one) => (one === known ? entry : one)) : [...env, entry] };
}

/** Whether a container, of a template or of a pod, starts etcd with the state `existing`. */
export function startsExisting({ command = [], args = [], env = [] }: Container): boolean {
  const line = [...command, ...args].join('\n');
  const onLine = /(?:^|\s)--?initial-cluster-state(?:=|\s+)["']?([^\s"']+)/.exec(line)?.[1];
  return (onLine ?? env.find(({ name }) => name === VARIABLE)?.value) === 'existing';
}

function words(
  field: 'command' | 'args',
  list: readonly string[],
): { readonly [K in typeof field]?: readonly string[] } {
  if (list.length === 0) return {};
  return {
    [field]: list.map((word, at) =>
      flagAlone.test(list[at - 1] ?? '') && word === 'new' ? 'existing' : word.replaceAll(inWord, '$1existing'),
    ),
  };
}
