import type { PodFacts } from '../pod-facts.ts';
import type { Case, Check } from './ailment.ts';

/** Start-up scripts ask every peer before etcd starts, 5 s for each that is dead, and probes begin after 60 s. */
const START_UP_MS = 120_000;

/** Members that have just started, or are being made or ended: time alone may cure it. */
export const startingUp: Check = ({ facts }: Case) => {
  const unwell = facts.pods.filter(({ ready }) => !ready);
  const young = unwell.filter(
    (pod) => pod.terminating || (pod.crash === undefined && ageMs(pod, facts.now) < START_UP_MS),
  );
  const names = [...young.map(({ name }) => name), ...facts.missing];
  const missingForLong = facts.missingSince && facts.now.getTime() - facts.missingSince.getTime() >= START_UP_MS;
  if (names.length === 0 || young.length < unwell.length || missingForLong === true) return undefined;
  return {
    case: 'StartingUp',
    pods: names.sort(),
    evidence: `${names.join(', ')} ${names.length === 1 ? 'is' : 'are'} not ready and ${names.length === 1 ? 'was' : 'were'} made, started or told to end less than two minutes ago`,
    certainty: 'Suspected',
    remedy: 'Wait two minutes. If a pod does not appear at all, look at the events of the StatefulSet.',
  };
};

function ageMs({ container, createdAt }: PodFacts, now: Date): number {
  return now.getTime() - (container.state === 'Running' ? container.since : createdAt).getTime();
}
