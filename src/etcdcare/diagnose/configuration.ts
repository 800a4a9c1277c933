import type { Check } from './ailment.ts';
import { podsOf, testimony, witnesses } from './evidence.ts';

const reasons = new Set(['CreateContainerConfigError', 'CreateContainerError', 'RunContainerError']);

/** What etcd (3.5, 3.6) and shells say to a command line that cannot work. */
const refused =
  /error verifying flags|flag provided but not defined|conflicting environment variable .* is shadowed|unknown flag:|executable file not found|couldn't find local name|--initial-cluster has .* but missing/;

/** A container that cannot be started as the template describes it, or an etcd that refuses its flags. */
export const configuration: Check = ({ facts }) => {
  const stuck = facts.pods.flatMap(({ name, waiting }) => {
    const why = waiting.find(({ reason }) => reasons.has(reason));
    return why ? [{ name, said: `${why.reason}: ${why.message}` }] : [];
  });
  const spoken = witnesses(facts, refused);
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
      'Correct what the evidence names: a Secret or ConfigMap that is missing, a flag or a variable of the StatefulSet. Touch no data.',
  };
};
