import { z } from 'zod';
import { textOf } from '../details.ts';
import type { Remedy } from '../remedy.ts';
import { healthyPod, leaderPod, memberIn } from './members.ts';

/** Another member leads from now on. */
export const moveLeader: Remedy = {
  action: 'MoveLeader',
  plan: ({ recovery, world }) => {
    const leader = leaderPod(world);
    const to = recovery.spec.target?.podName ?? healthyPod(world, leader);
    const member = to === undefined ? undefined : memberIn(world, to);
    if (leader === undefined) return Promise.resolve({ state: 'Refused', why: 'no member leads' });
    if (to === undefined || !member?.healthy || member.learner)
      return Promise.resolve({
        state: 'Refused',
        why: `${to ?? 'no other pod'} runs a healthy member that votes: name one that does in target.podName`,
      });
    return Promise.resolve({
      state: 'Planned',
      plan: {
        steps: [`ask the member that leads to hand over to ${to}`],
        mayLose: 'nothing',
        undo: 'move it again',
        evidence: `${leader} leads`,
        details: { to },
      },
    });
  },
  details: z.strictObject({ to: z.string() }),
  notes: z.strictObject({}),
  steps: [
    {
      name: 'MoveLeader',
      safeToStop: true,
      withinMs: 60_000,
      run: async (work) => {
        const to = textOf(work.details, 'to');
        const world = await work.look();
        const leader = leaderPod(world);
        if (leader === to) return { state: 'Done', message: `${to} leads` };
        const member = memberIn(world, to);
        if (leader === undefined || !member)
          return { state: 'Waiting', message: 'waits for a leader and for the member to be listed', againMs: 1_000 };
        await (await work.member(leader)).moveLeader(member.id, work.signal);
        return { state: 'Waiting', message: `${leader} was asked to hand over to ${to}`, againMs: 500 };
      },
    },
  ],
};
