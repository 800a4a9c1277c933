import type { Check } from './ailment.ts';

const told = new Set(['FailedAttachVolume', 'FailedMount', 'FailedMapVolume']);

/** A volume that exists and does not reach the node. */
export const volumeNotMounted: Check = ({ facts: { pods, looks } }) => {
  // Whoever answers has its volume, whatever its kubelet has told so far.
  const answers = new Set(looks.flatMap((look) => ('error' in look ? [] : look.podName)));
  const found = pods.flatMap(({ name, container, waiting, events }) => {
    const event = events.findLast(({ reason }) => told.has(reason));
    const notStarted =
      container.state === 'Unknown' || waiting.some(({ reason }) => /ContainerCreating|PodInitializing/.test(reason));
    return event && notStarted && !answers.has(name) ? [{ name, event }] : [];
  });
  if (found.length === 0) return undefined;
  return {
    case: 'VolumeNotMounted',
    pods: found.map(({ name }) => name),
    evidence: found.map(({ name, event }) => `${name}: ${event.reason}: ${event.note}`).join('; '),
    certainty: 'Certain',
    remedy:
      'Look at the storage driver and at the node. After a node was lost, a volume is released some six minutes later by itself. Do not force-delete an etcd pod while its node may still run it: two processes on one data directory destroy it.',
  };
};
