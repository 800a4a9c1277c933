import type { AilmentCase, Certainty } from '../../api/etcd-guard.ts';
import type { Case, Check } from './ailment.ts';
import { podsOf, testimony, witnesses } from './evidence.ts';

/** A problem that a line in a log names by itself. */
export interface LogPattern {
  readonly case: AilmentCase;
  readonly pattern: RegExp;
  /** Another line that the log of the pod must have, where the first by itself could mean anything. */
  readonly besides?: RegExp;
  /** Default: `Certain`. */
  readonly certainty?: Certainty;
  /** Whether events may name it too. */
  readonly events?: boolean;
  readonly remedy: (input: Case, pods: readonly string[]) => string;
}

/** The check for a problem that unhealthy pods write into their logs. */
export function logPattern({
  case: name,
  pattern,
  besides,
  certainty = 'Certain',
  events = false,
  remedy,
}: LogPattern): Check {
  return (input) => {
    const found = witnesses(input.facts, pattern, { events }).filter(
      ({ pod }) => !besides || pod.lines.some(({ text }) => besides.test(text)),
    );
    if (found.length === 0) return undefined;
    const pods = podsOf(found);
    return { case: name, pods, evidence: testimony(found), certainty, remedy: remedy(input, pods) };
  };
}
