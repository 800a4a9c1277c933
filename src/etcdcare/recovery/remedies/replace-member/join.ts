import { z } from 'zod';
import type { Step } from '../../remedy.ts';
import { healthyPod, memberIn } from '../members.ts';
import { inBackOff, restartOnce } from '../restart-pod.ts';
import { whyNotJoined } from '../why-not-joined.ts';
import { approved, entryOf, othersUnwell } from './replacement.ts';

const LOOK_MS = 1_000;
/** In sync with the leader: what etcd says to a learner that has not caught up. */
const NOT_YET = /in sync with leader/;
/** The pod that was deleted once to end its back-off. */
const RESTARTED = 'restartedToJoin';

/** The same for a journal that is read back. */
export const joinNotes = { [RESTARTED]: z.exactOptional(z.string()) };

/** Announces the new member as one that learns: the quorum stays as it is, whatever becomes of it. */
export const addLearner: Step = {
  name: 'AddLearner',
  safeToStop: false,
  keepsChanges: true,
  run: async (work) => {
    const { pod, peerURL, joins } = approved(work);
    if (joins === 'ByItself') return { state: 'Done', message: `${pod} adds itself` };
    const world = await work.look();
    const listed = entryOf(world, peerURL);
    if (listed) return { state: 'Done', message: `${listed.id.toString(16)} is listed for ${pod}` };
    const unwell = othersUnwell(world, peerURL);
    const through = healthyPod(world, pod);
    if (unwell !== undefined || through === undefined)
      return { state: 'Waiting', message: unwell ?? 'waits for a healthy member', againMs: LOOK_MS };
    await (await work.member(through)).addLearner(peerURL, work.signal);
    return { state: 'Waiting', message: `${through} was asked to add a learner for ${pod}`, againMs: 0 };
  },
};

/** Waits until the new member has found the others. */
export const startMember: Step = {
  name: 'StartMember',
  safeToStop: false,
  keepsChanges: true,
  run: async (work) => {
    const { pod: name, peerURL } = approved(work);
    const world = await work.look();
    const listed = entryOf(world, peerURL);
    // One that learns tells nothing but its status (etcd 3.5): that it has made its name known has to do.
    if (listed && (listed.learner ? listed.name !== '' : listed.healthy))
      return { state: 'Done', message: `the member in ${name} has joined` };
    const pod = world.facts.pods.find((one) => one.name === name);
    const restarted = work.notes[RESTARTED] !== undefined;
    if (pod && inBackOff(pod) && !restarted && (await restartOnce(work, pod, pod.uid))) {
      const notes = { [RESTARTED]: pod.uid };
      return { state: 'Waiting', message: `deleted ${name} once, to end its back-off`, againMs: LOOK_MS, notes };
    }
    const why = pod && whyNotJoined(pod);
    const because = why === undefined ? '' : `; ${why}`;
    return { state: 'Waiting', message: `waits for the member in ${name} to join${because}`, againMs: LOOK_MS };
  },
};

/** Lets it vote as soon as it has caught up. */
export const promote: Step = {
  name: 'Promote',
  safeToStop: false,
  keepsChanges: true,
  run: async (work) => {
    const { pod, peerURL } = approved(work);
    const world = await work.look();
    const listed = entryOf(world, peerURL);
    const through = healthyPod(world, pod);
    if (!listed || through === undefined)
      return { state: 'Waiting', message: `waits for the member in ${pod}`, againMs: LOOK_MS };
    if (!listed.learner) {
      const healthy = memberIn(world, pod)?.healthy === true;
      return healthy
        ? { state: 'Done', message: `the member in ${pod} votes` }
        : { state: 'Waiting', message: `waits for the member in ${pod} to read through the quorum`, againMs: LOOK_MS };
    }
    try {
      await (await work.member(through)).promote(listed.id, work.signal);
      return { state: 'Waiting', message: `${through} was asked to let ${pod} vote`, againMs: 0 };
    } catch (error) {
      if (!(error instanceof Error && NOT_YET.test(error.message))) throw error;
      return { state: 'Waiting', message: `the member in ${pod} catches up`, againMs: LOOK_MS };
    }
  },
};
