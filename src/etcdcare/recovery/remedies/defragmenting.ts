import { z } from 'zod';
import { textsOf } from '../details.ts';
import type { Step, StepOutcome, Work } from '../remedy.ts';
import type { EtcdWorld } from '../world.ts';
import { leaderPod, notAllWell, votersOf } from './members.ts';

/** What this step notes: the pods whose members are done. */
const NOTE = 'defragmented';

/** The same for a journal that is read back. */
export const defragmentNotes = { [NOTE]: z.exactOptional(z.array(z.string())) };

/**
 * Defragments member after member, the leader last, each only while all are well: one that is being defragmented serves
 * nobody, and before etcd 3.5.23 defragmenting while a member catches up can damage it.
 */
export const defragmentEach: Step = {
  name: 'Defragment',
  safeToStop: true,
  run: async (work) => {
    const world = await work.look();
    const unwell = notAllWell(world);
    if (unwell !== undefined) return { state: 'Waiting', message: `waits, for ${unwell}`, againMs: 2_000 };
    const done = textsOf(work.notes, NOTE);
    const next = inOrder(world, wanted(work, world)).find((pod) => !done.includes(pod));
    if (next === undefined) return { state: 'Done', message: `defragmented ${done.join(', ')}; ${sizes(world)}` };
    return defragment(work, next, done);
  },
};

async function defragment(work: Work, pod: string, done: readonly string[]): Promise<StepOutcome> {
  await (await work.member(pod)).defragment(work.signal);
  const notes = { [NOTE]: [...done, pod] };
  return { state: 'Waiting', message: `defragmented ${[...done, pod].join(', ')}`, againMs: 0, notes };
}

function wanted({ recovery }: Work, world: EtcdWorld): readonly string[] {
  const target = recovery.spec.target?.podName;
  if (target !== undefined) return [target];
  return votersOf(world).flatMap(({ podName }) => (podName === undefined ? [] : [podName]));
}

/** Followers first. */
function inOrder(world: EtcdWorld, pods: readonly string[]): readonly string[] {
  const leader = leaderPod(world);
  return [...pods.filter((pod) => pod !== leader).sort(), ...pods.filter((pod) => pod === leader)];
}

function sizes(world: EtcdWorld): string {
  return votersOf(world)
    .flatMap(({ podName, look }) =>
      look && podName !== undefined ? [`${podName} ${mebibytes(look.answer.status.dbSizeBytes)}`] : [],
    )
    .join(', ');
}

/** A size for people. */
export const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`;
