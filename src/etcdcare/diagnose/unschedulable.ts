import type { Check } from './ailment.ts';

/** A pod that no node has room for. */
export const unschedulable: Check = ({ facts: { pods } }) => {
  const found = pods.filter((pod) => pod.unschedulable !== undefined);
  if (found.length === 0) return undefined;
  return {
    case: 'Unschedulable',
    pods: found.map(({ name }) => name),
    evidence: found.map(({ name, unschedulable: why }) => `${name}: ${why ?? ''}`).join('; '),
    certainty: 'Certain',
    remedy:
      'Make room where the pod may run: resources, taints, affinity, or the zone of its volume. A volume that is bound to a node or zone that is gone means replacing this member. Touch no data of the others.',
  };
};
