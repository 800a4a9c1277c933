import { z } from 'zod';
import { emptyMemberID } from '../../diagnose/log-patterns.ts';
import { ephemeralName, ephemeralScript } from '../../volumes/ephemeral-script.ts';
import { readClearedMemberId } from '../../volumes/results.ts';
import { textOf } from '../details.ts';
import type { Planned, Remedy, Step, StepOutcome, Work } from '../remedy.ts';
import type { EtcdWorld } from '../world.ts';
import { dataPlace } from './member-job.ts';
import { memberIn } from './members.ts';
import { membersAgree } from './members-agree.ts';
import { inBackOff, restartOnce } from './restart-pod.ts';
import { whyNotJoined } from './why-not-joined.ts';

const LOOK_MS = 1_000;
/** A member that starts asks every peer first, 5 s for each that is silent. */
const BACK_WITHIN_MS = 10 * 60_000;
/** What the first step notes: the uid of the pod in which it worked. */
const CLEARED_IN = 'clearedIn';

/** An empty file that images of bitnami to mid 2022 die of is moved away; the member then starts with its own data. */
export const clearMemberID: Remedy = {
  action: 'ClearMemberID',
  plan: ({ recovery: { spec, metadata }, world }) =>
    Promise.resolve(planClearMemberID(world, spec.target?.podName ?? '', metadata.uid)),
  details: z.strictObject({ pod: z.string(), operation: z.string() }),
  notes: z.strictObject({ [CLEARED_IN]: z.exactOptional(z.string()) }),
  steps: [moveFileAway(), startMember(), membersAgree()],
};

/**
 * Judges whether the file is what keeps the member in a pod from starting, and whether moving it away is safe.
 *
 * @param operation becomes part of the name under which the file is kept
 */
export function planClearMemberID(world: EtcdWorld, pod: string, operation: string): Planned {
  const { facts, quorum } = world;
  const { setup } = facts;
  const place = dataPlace(world);
  const target = facts.pods.find(({ name }) => name === pod);
  if (setup.startUp !== 'G1')
    return { state: 'Refused', why: `image ${setup.image} keeps no member_id file: this cannot be what ails ${pod}` };
  if ('why' in place) return { state: 'Refused', why: place.why };
  if (!target) return { state: 'Refused', why: `target.podName: ${pod} is no pod of StatefulSet ${setup.name}` };
  if (target.ready) return { state: 'Refused', why: `${pod} is ready: nothing keeps it from starting` };
  const seen = emptyMemberID({ facts, quorum });
  if (!seen?.pods.includes(pod))
    return { state: 'Waiting', why: `waits for ${pod} to say that it dies of an empty member_id file`, againMs: 5_000 };
  const peerURL = setup.initialCluster.find(({ name }) => name === pod)?.peerURL;
  const listed =
    memberIn(world, pod) ?? quorum.members?.find(({ peerURLs }) => peerURL !== undefined && peerURLs.includes(peerURL));
  if (quorum.members && !listed)
    return {
      state: 'Refused',
      why: `${pod} is no member any more: with its file away it would still not be let in. Make an EtcdRecovery with ReplaceMember instead`,
    };
  // What the image's script added after its pod had removed the member: another member, for whom there is no data.
  if (listed?.name === '')
    return {
      state: 'Refused',
      why: `the entry ${listed.id.toString(16)} of ${pod} was added and has never started, so the data of ${pod} is not its own. Make an EtcdRecovery with ReplaceMember instead`,
    };
  // It has to be sure that the members that are left know this one, or that it is needed for them to know anything.
  const bringsBack = quorum.members !== undefined && quorum.healthy + seen.pods.length >= quorum.needed;
  return {
    state: 'Planned',
    plan: {
      steps: [
        `in pod ${pod}, move the empty file ${place.dataDir}/member_id out of the data directory, after seeing that log and database are there`,
        `wait for the member to start with its own data; if the pod is in its back-off, delete it once`,
        'see that every member reads through the quorum and all hold the same',
      ],
      mayLose: 'nothing: the file is derived from the data',
      undo: 'nothing to undo; the empty file is kept beside the data directory',
      evidence: seen.evidence,
      details: { pod, operation },
      ...(quorum.verdict === 'Quorate' || bringsBack ? {} : { needsPerson: true }),
    },
  };
}

function moveFileAway(): Step {
  return {
    name: 'MoveFileAway',
    safeToStop: true,
    withinMs: BACK_WITHIN_MS,
    run: async (work) => {
      const name = textOf(work.details, 'pod');
      const world = await work.look();
      const pod = world.facts.pods.find((one) => one.name === name);
      const place = dataPlace(world);
      if ('why' in place) return { state: 'Failed', message: place.why };
      if (!pod || pod.terminating) return { state: 'Waiting', message: `waits for pod ${name}`, againMs: LOOK_MS };
      if (memberIn(world, name)?.healthy === true)
        return { state: 'Done', message: `the member in ${name} runs`, notes: { [CLEARED_IN]: pod.uid } };
      const { recovery, client, guard, signal } = work;
      const { toolsImage } = guard.spec;
      const outcome = await ephemeralScript(
        client,
        {
          namespace: recovery.metadata.namespace,
          podName: name,
          podUid: pod.uid,
          containerName: world.facts.setup.containerName,
          name: ephemeralName(recovery.metadata.uid, 'clear-member-id', 0),
          script: 'clear-member-id',
          env: { OPERATION: textOf(work.details, 'operation'), DATA_DIR: place.dataDir },
          ...(toolsImage === undefined ? {} : { toolsImage }),
        },
        signal,
      );
      switch (outcome.state) {
        case 'Running':
          return { state: 'Waiting', message: outcome.waiting ?? `works in pod ${name}`, againMs: 500 };
        case 'Failed':
          return { state: 'Failed', message: outcome.message };
        case 'Done':
          return {
            state: 'Done',
            message: `moved to ${readClearedMemberId(outcome.result).movedTo}`,
            notes: { [CLEARED_IN]: pod.uid },
          };
      }
    },
  };
}

function startMember(): Step {
  return { name: 'StartMember', safeToStop: true, withinMs: BACK_WITHIN_MS, run: seeStarted };
}

async function seeStarted(work: Work): Promise<StepOutcome> {
  const name = textOf(work.details, 'pod');
  const world = await work.look();
  if (memberIn(world, name)?.healthy === true) return { state: 'Done', message: `the member in ${name} is back` };
  const pod = world.facts.pods.find((one) => one.name === name);
  // The preStop of this image finds no id in a file that is away, so the pod's end does not remove the member.
  if (pod && inBackOff(pod)) await restartOnce(work, pod, textOf(work.notes, CLEARED_IN));
  const why = pod && whyNotJoined(pod);
  const because = why === undefined ? '' : `; ${why}`;
  return { state: 'Waiting', message: `waits for the member in ${name}${because}`, againMs: LOOK_MS };
}
