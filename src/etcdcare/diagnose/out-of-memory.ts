import type { Check } from './ailment.ts';

/** A member that was killed for the memory it used. */
export const outOfMemory: Check = ({ facts: { pods } }) => {
  const found = pods.filter(({ crash }) => crash?.reason === 'OOMKilled');
  if (found.length === 0) return undefined;
  return {
    case: 'OutOfMemory',
    pods: found.map(({ name }) => name),
    evidence: found.map(({ name }) => `${name}: the container ended with OOMKilled, exit code 137`).join('; '),
    certainty: 'Certain',
    remedy:
      'Raise the memory limit of the StatefulSet, by the values of its chart: etcd maps its whole database and needs more while it starts and compacts. Data is not concerned; touch none.',
  };
};
