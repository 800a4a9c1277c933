import type { Check } from './ailment.ts';
import { podsOf, testimony, witnesses } from './evidence.ts';

const reasons = new Set(['CreateContainerConfigError', 'CreateContainerError', 'RunContainerError']);

/** What etcd (3.5, 3.6) and shells print about flags, variables and files that cannot work. The data is not concerned. */
const refused = [
  /failed to verify flags|error verifying flags|flag provided but not defined|unknown flag:|flag needs an argument/,
  /conflicting environment variable .* is shadowed|invalid value "[^"]*" for \w+|unrecognized level:/,
  /couldn't find local name|--initial-cluster has .* but missing|error parsing CompactionRetention/,
  /TLS key\/cert \([^)]*\) must be provided|(?:listener failed|failed to start etcd|discovery failed): open \S+: no such file or directory/,
  /executable file not found|failed to list data directory.*permission denied|cannot access data directory.*permission denied/,
  /(?:mkdir|open|create|chmod) \S*: (?:permission denied|operation not permitted)/,
];

const spokenOf = new RegExp(refused.map(({ source }) => source).join('|'));

/** A container that cannot be started as the template describes it, or an etcd that refuses its flags or may not read its files. */
export const configuration: Check = ({ facts }) => {
  const stuck = facts.pods.flatMap(({ name, waiting }) => {
    const why = waiting.find(({ reason }) => reasons.has(reason));
    return why ? [{ name, said: `${why.reason}: ${why.message}` }] : [];
  });
  const spoken = witnesses(facts, spokenOf);
  if (stuck.length === 0 && spoken.length === 0) return undefined;
  return {
    case: 'ConfigurationInvalid',
    pods: [...new Set([...stuck.map(({ name }) => name), ...podsOf(spoken)])],
    evidence: [
      ...stuck.map(({ name, said }) => `${name}: ${said}`),
      ...(spoken.length > 0 ? [testimony(spoken)] : []),
    ].join('; '),
    certainty: 'Certain',
    remedy:
      'Correct what the evidence names: a Secret or ConfigMap that is missing, a flag or a variable of the StatefulSet, the user and group (securityContext.runAsUser, fsGroup) that may not read the data directory. Touch no data.',
  };
};
