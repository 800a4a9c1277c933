import type { Check } from './ailment.ts';

/** A node that no longer reports. What its pods do there, nobody knows. */
export const nodeLost: Check = ({ facts: { pods } }) => {
  const found = pods.filter(({ nodeReady, reason, ready }) => !ready && (nodeReady === false || reason === 'NodeLost'));
  if (found.length === 0) return undefined;
  const nodes = [...new Set(found.map(({ nodeName = 'its node' }) => nodeName))].join(', ');
  return {
    case: 'NodeLost',
    pods: found.map(({ name }) => name),
    evidence: `${nodes} is not ready; ${found.map(({ name }) => name).join(', ')} ran there`,
    certainty: 'Certain',
    remedy:
      'Bring the node back. If it is off for good, confirm that it is powered off, then taint it node.kubernetes.io/out-of-service=nodeshutdown:NoExecute, so that Kubernetes itself releases pod and volume. Do not force-delete the pod while the node may still run it.',
  };
};
