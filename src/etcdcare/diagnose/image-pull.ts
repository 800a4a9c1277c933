import type { Check } from './ailment.ts';

const reasons = new Set([
  'ImagePullBackOff',
  'ErrImagePull',
  'InvalidImageName',
  'ErrImageNeverPull',
  'ImageInspectError',
]);

/** An image that cannot be had; data is not concerned. */
export const imagePull: Check = ({ facts: { pods, setup } }) => {
  const found = pods.flatMap(({ name, waiting, events }) => {
    const stuck = waiting.find(({ reason }) => reasons.has(reason));
    if (!stuck) return [];
    // The kubelet alternates between two reasons and words; the event that says why stays the same.
    const said = events.findLast(({ reason, note }) => reason === 'Failed' && note.includes('pull'));
    return [{ name, why: said?.note ?? `container ${stuck.container} waits for its image` }];
  });
  if (found.length === 0) return undefined;
  const names = found.map(({ name }) => name);
  return {
    case: 'ImagePullFailed',
    pods: names,
    evidence: found.map(({ name, why }) => `${name}: ${why}`).join('; '),
    certainty: 'Certain',
    remedy: `Correct the image in the StatefulSet, by the values of its chart (${setup.image} now), or let the nodes reach its registry. Tags of docker.io/bitnami were moved to docker.io/bitnamilegacy in 2025. A pod that is stuck on a wrong image has to be deleted once afterwards (kubectl delete pod ${names[0] ?? ''}). Touch no data.`,
  };
};
