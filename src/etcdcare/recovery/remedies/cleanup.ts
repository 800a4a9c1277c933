import { z } from 'zod';
import { runScript } from '../../volumes/run-script.ts';
import { readOldData, readRemovedOld } from '../../volumes/results.ts';
import type { Json, Planned, Planning, Remedy, Step, Work } from '../remedy.ts';
import { memberPods } from '../world.ts';
import {
  keptVolumes,
  REMOVED,
  removeVolumes,
  volumeDetails,
  volumeDetailsShape,
  volumeStep,
  type KeptVolume,
} from './kept-volumes.ts';
import { dataPlace, memberJob, type DataPlace } from './member-job.ts';

/** While Jobs look at volumes, milliseconds. */
const LOOK_MS = 1_000;

/** Removes what earlier recoveries kept on the volumes: nothing of it goes by itself. */
export const cleanup: Remedy = {
  action: 'Cleanup',
  plan: async (planning) => {
    const place = dataPlace(planning.world);
    if ('why' in place) return { state: 'Refused', why: place.why };
    const pods = memberPods(planning.world.facts).filter((pod) => planning.world.claims.has(pod));
    const looked = await Promise.all(pods.map((pod) => oldDataOf(planning, pod, place)));
    const unfinished = looked.find((look) => look.state !== 'Done');
    if (unfinished) return unfinished;
    const found = looked.flatMap((look) => (look.state === 'Done' ? [look] : []));
    return planFor(found, await keptVolumes(planning, planning.world, memberPods(planning.world.facts)));
  },
  details: z.strictObject({ ...volumeDetailsShape, old: z.record(z.string(), z.array(z.string())) }),
  notes: z.strictObject({ [REMOVED]: z.exactOptional(z.array(z.string())) }),
  steps: [removeOld(), removeVolumes],
};

/** What is removed, by the pod on whose volume it lies. */
const oldIn = ({ old }: Work['details']): Readonly<Record<string, readonly string[]>> =>
  z.record(z.string(), z.array(z.string())).parse(old);

/** What was found on one volume. */
interface Found {
  readonly state: 'Done';
  readonly pod: string;
  readonly old: readonly { readonly name: string; readonly bytes: bigint; readonly changedAt: string }[];
}

async function oldDataOf(
  planning: Planning,
  pod: string,
  place: DataPlace,
): Promise<Found | Exclude<Planned, { readonly state: 'Planned' }>> {
  const { client, world, signal } = planning;
  const job = memberJob(planning, world, pod, place, { script: 'list-old', step: 'list', env: {}, readOnly: true });
  const outcome = await runScript(client, job, signal);
  switch (outcome.state) {
    case 'Running':
      return {
        state: 'Waiting',
        why: `looks at the volume of ${pod}: ${outcome.waiting ?? 'a Job runs'}`,
        againMs: LOOK_MS,
      };
    case 'Failed':
      return { state: 'Refused', why: `the volume of ${pod} could not be looked at: ${outcome.message}` };
    case 'Done':
      return { state: 'Done', pod, old: readOldData(outcome.result).old };
  }
}

/** @param volumes undefined: they may not be listed */
function planFor(found: readonly Found[], volumes: readonly KeptVolume[] | undefined): Planned {
  const some = found.filter(({ old }) => old.length > 0);
  const unseen =
    volumes === undefined
      ? ['whether whole volumes were kept cannot be seen: the operator may not list persistentvolumes']
      : [];
  if (some.length === 0 && (volumes ?? []).length === 0)
    return {
      state: 'Refused',
      why: ['no volume holds anything that an earlier recovery kept, and none was kept itself', ...unseen].join('; '),
    };
  const details: { [key: string]: Json } = {
    old: Object.fromEntries(some.map(({ pod, old }) => [pod, old.map(({ name }) => name)])),
    ...volumeDetails(volumes ?? []),
  };
  return {
    state: 'Planned',
    plan: {
      steps: [
        ...some.map(
          ({ pod, old }) =>
            `on the volume of ${pod} remove ${old.map(({ name, changedAt }) => `${name} (${changedAt})`).join(', ')}`,
        ),
        ...(volumes ?? []).map(volumeStep),
      ],
      mayLose: 'the way back to what the members held before those recoveries',
      undo: 'cannot be undone',
      evidence: [
        ...some.map(({ pod, old }) => `${pod}: ${old.map(({ name, bytes }) => `${name}, ${bytes} bytes`).join('; ')}`),
        ...(volumes ?? []).map(({ pod, name }) => `${pod}: PersistentVolume ${name}, Released`),
        ...unseen,
      ].join('; '),
      details,
    },
  };
}

function removeOld(): Step {
  return {
    name: 'RemoveOld',
    safeToStop: false,
    run: async (work) => {
      const world = await work.look();
      const place = dataPlace(world);
      if ('why' in place) return { state: 'Failed', message: place.why };
      const removed: string[] = [];
      const pods = memberPods(world.facts);
      for (const [pod, names] of Object.entries(oldIn(work.details))) {
        if (!pods.includes(pod)) return { state: 'Failed', message: `${pod} is no pod of this etcd` };
        const env = { NAMES: names.join(' ') };
        const job = memberJob(work, world, pod, place, { script: 'remove-old', step: 'remove', env });
        const outcome = await runScript(work.client, job, work.signal);
        if (outcome.state === 'Failed') return { state: 'Failed', message: `${pod}: ${outcome.message}` };
        if (outcome.state === 'Running')
          return {
            state: 'Waiting',
            message: `cleans the volume of ${pod}: ${outcome.waiting ?? 'a Job runs'}`,
            againMs: LOOK_MS,
          };
        removed.push(...readRemovedOld(outcome.result).removed.map((name) => `${pod}/${name}`));
      }
      return { state: 'Done', message: 'the volumes are clean', notes: { [REMOVED]: removed } };
    },
  };
}
