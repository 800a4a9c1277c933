import type { Check } from './ailment.ts';

/** Somebody has scaled the StatefulSet to nothing. */
export const scaledToZero: Check = ({ facts: { setup } }) =>
  setup.replicas > 0 || setup.fencedBy !== undefined
    ? undefined
    : {
        case: 'ScaledToZero',
        pods: [],
        evidence: `StatefulSet ${setup.name} has spec.replicas 0`,
        certainty: 'Certain',
        remedy: `Scale it back to the number of members it had (${setup.initialCluster.length || 'see its chart'}), all at once: kubectl scale statefulset ${setup.name}. Do not start fewer, and delete no volume claim.`,
      };
