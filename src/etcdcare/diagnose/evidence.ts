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

/** What a line without a level says that ends a process: Go's panics, and complaints of scripts and shells. */
const complaint = /^panic|^fatal error|failed|cannot|error|invalid|refused|denied|not found|no such/i;

/** A line of a goroutine's stack: it follows a panic and may hold any word. */
const stack = /^(?:goroutine \d+|\t|\S+\(.*\)$)/;

/** 128 and SIGKILL or SIGTERM: what ends so did not end for what it said. */
const KILLED: readonly (number | undefined)[] = [137, 143];

/**
 * The line with which a container that is down said why.
 *
 * @returns undefined where it said nothing of the kind: what was logged as news or as a warning about others explains no end, and who is killed
 * has no last words.
 */
export function lastWords({ lines, crash }: PodFacts): string | undefined {
  if (KILLED.includes(crash?.exitCode)) return undefined;
  return lines.findLast(({ text, level }) => (level ? level === 'error' : complaint.test(text) && !stack.test(text)))
    ?.text;
}
