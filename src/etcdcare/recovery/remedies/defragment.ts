import { z } from 'zod';
import type { Remedy } from '../remedy.ts';
import { defragmentEach, defragmentNotes } from './defragmenting.ts';
import { memberIn, notAllWell } from './members.ts';

/** Rewrites database files without their holes, member after member. */
export const defragmentRemedy: Remedy = {
  action: 'Defragment',
  plan: ({ recovery, world }) => {
    const unwell = notAllWell(world);
    if (unwell !== undefined)
      return Promise.resolve({ state: 'Refused', why: `defragmenting needs every member to be well: ${unwell}` });
    const target = recovery.spec.target?.podName;
    if (target !== undefined && !memberIn(world, target))
      return Promise.resolve({ state: 'Refused', why: `target.podName: ${target} runs no member of this etcd` });
    return Promise.resolve({
      state: 'Planned',
      plan: {
        steps: [`defragment ${target ?? 'member after member, the leader last'}; each serves nobody meanwhile`],
        mayLose: 'nothing',
        undo: 'nothing to undo',
        evidence: 'asked for',
        details: {},
      },
    });
  },
  details: z.strictObject({}),
  notes: z.strictObject(defragmentNotes),
  steps: [defragmentEach],
};
