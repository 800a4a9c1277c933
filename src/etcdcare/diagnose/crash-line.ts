import type { AilmentCase, Certainty } from '../../api/etcd-guard.ts';
import type { Case, Check } from './ailment.ts';
import { podsOf, testimony, witnesses } from './evidence.ts';

/** An ailment that a line in a log tells by itself. */
export interface CrashLine {
  readonly case: AilmentCase;
  readonly pattern: RegExp;
  readonly certainty?: Certainty;
  /** Whether events may tell it too. */
  readonly events?: boolean;
  readonly remedy: (input: Case, pods: readonly string[]) => string;
}

/** The check for an ailment that unwell pods write into their logs. */
export function crashLine({ case: name, pattern, certainty = 'Certain', events = false, remedy }: CrashLine): Check {
  return (input) => {
    const found = witnesses(input.facts, pattern, { events });
    if (found.length === 0) return undefined;
    const pods = podsOf(found);
    return { case: name, pods, evidence: testimony(found), certainty, remedy: remedy(input, pods) };
  };
}
