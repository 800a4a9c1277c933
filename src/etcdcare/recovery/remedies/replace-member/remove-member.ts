import { healthyPod, leaderPod } from '../members.ts';
import type { Step } from '../../remedy.ts';
import { approved, entryOf, othersUnwell } from './replacement.ts';

const LOOK_MS = 1_000;

/** The members forget the one that is replaced: before its data goes, so that it can never vote without its log. */
export const removeMember: Step = {
  name: 'RemoveMember',
  safeToStop: true,
  run: async (work) => {
    const { pod, peerURL, member: id } = approved(work);
    const world = await work.look();
    const unwell = othersUnwell(world, peerURL);
    if (unwell !== undefined) return { state: 'Waiting', message: unwell, againMs: LOOK_MS };
    const listed = entryOf(world, peerURL);
    if (listed?.id.toString(16) !== id) return { state: 'Done', message: `${id || pod} is listed no more` };
    if (listed.healthy && !listed.learner)
      return { state: 'Failed', message: `the member in ${pod} is healthy by now: it was left as it is` };
    if (leaderPod(world) === pod)
      return {
        state: 'Failed',
        message: `the member in ${pod} leads by now: make an EtcdRecovery with MoveLeader first`,
      };
    const through = healthyPod(world, pod);
    if (through === undefined) return { state: 'Waiting', message: 'waits for a healthy member', againMs: LOOK_MS };
    await (await work.member(through)).removeMember(listed.id, work.signal);
    return { state: 'Waiting', message: `${through} was asked to remove ${id}`, againMs: 0 };
  },
};
