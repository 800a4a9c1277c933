import type { Case } from './ailment.ts';
import { answered } from './quorum.ts';

/** Alarms of one name that stand, as the members report them. */
export function standingAlarms(
  { facts, quorum }: Case,
  name: string,
): { readonly pods: readonly string[]; readonly evidence?: string } {
  const ids = new Set(
    answered(facts).flatMap(({ answer }) =>
      answer.status.alarms.filter((alarm) => alarm.name === name).map(({ memberID }) => memberID),
    ),
  );
  if (ids.size === 0) return { pods: [] };
  const raisers = (quorum.members ?? []).filter(({ id }) => ids.has(id));
  const names = raisers.map(({ podName, name: member }) => podName ?? member).sort();
  const raisedFor =
    names.length > 0
      ? names.join(', ')
      : [...ids]
          .map((id) => id.toString(16))
          .sort()
          .join(', ');
  return { pods: names, evidence: `etcd reports the alarm ${name}, raised for ${raisedFor}` };
}
