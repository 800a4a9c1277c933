import { usualPace } from '../pace.ts';
import type { PodFacts } from '../pod-facts.ts';
import type { Case, Check } from './ailment.ts';

/** Members that have just started, or are being made or ended: time alone may cure it. */
export const startingUp: Check = ({ facts }: Case) => {
  const startUpMs = facts.startUpMs ?? usualPace.startUpMs;
  const unwell = facts.pods.filter(({ ready }) => !ready);
  const young = unwell.filter(
    (pod) => pod.terminating || (pod.crash === undefined && ageMs(pod, facts.now) < startUpMs),
  );
  const names = [...young.map(({ name }) => name), ...facts.missing];
  const missingForLong = facts.missingSince && facts.now.getTime() - facts.missingSince.getTime() >= startUpMs;
  const seconds = Math.round(startUpMs / 1000);
  if (names.length === 0 || young.length < unwell.length || missingForLong === true) return undefined;
  return {
    case: 'StartingUp',
    pods: names.sort(),
    evidence: `${names.join(', ')} ${names.length === 1 ? 'is' : 'are'} not ready and ${names.length === 1 ? 'was' : 'were'} made, started or told to end less than ${seconds} s ago`,
    certainty: 'Suspected',
    remedy: `Wait ${seconds} s. If a pod does not appear at all, look at the events of the StatefulSet.`,
  };
};

function ageMs({ container, createdAt }: PodFacts, now: Date): number {
  return now.getTime() - (container.state === 'Running' ? container.since : createdAt).getTime();
}
