import type { EtcdFacts } from '../facts.ts';
import type { LogLine } from '../log-lines.ts';
import type { PodFacts } from '../pod-facts.ts';

/** A line that says what is wrong with one pod. */
export interface Witness {
  readonly pod: PodFacts;
  /** The line or event, fit for a status. */
  readonly line: string;
  /** When it was written; absent for an event. */
  readonly at?: Date;
  readonly match: RegExpExecArray;
}

/** The newest line of each unwell pod that a pattern matches, in its log or, where asked for, in its events. */
export function witnesses(
  { pods }: Pick<EtcdFacts, 'pods'>,
  pattern: RegExp,
  { events = false }: { readonly events?: boolean } = {},
): readonly Witness[] {
  return pods.flatMap((pod) => {
    const told: readonly LogLine[] = events
      ? pod.events.map(({ reason, note }) => ({ text: `${reason}: ${note}` }))
      : [];
    for (const { text, at } of [...told, ...pod.lines].toReversed()) {
      const match = pattern.exec(text);
      if (match) return [{ pod, line: text, match, ...(at ? { at } : {}) }];
    }
    return [];
  });
}

/** Names of the pods of some witnesses. */
export const podsOf = (found: readonly Witness[]): readonly string[] => found.map(({ pod }) => pod.name);

/** What the witnesses say, the first in full. */
export function testimony(found: readonly Witness[]): string {
  return found.map(({ pod, line }) => `${pod.name}${ended(pod)}: "${line}"`).join('; ');
}

function ended({ crash }: PodFacts): string {
  return crash ? `, ended with exit code ${crash.exitCode}` : '';
}

/** What a line says that ends a process; traces and what is logged on the way down follow it. */
const fatal = /^panic|^fatal error|failed|cannot|error|invalid|refused|denied/i;

/** The line with which a container that is down most likely said why, or its last one; undefined: it said nothing. */
export function lastWords({ lines }: PodFacts): string | undefined {
  const said = lines.filter(({ text }) => !/^(?:goroutine \d+|\t|\S+\(.*\)$)/.test(text));
  return (said.findLast(({ text }) => fatal.test(text)) ?? said.at(-1))?.text;
}
