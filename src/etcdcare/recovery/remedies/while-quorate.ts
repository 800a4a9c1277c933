import { z } from 'zod';
import type { Step } from '../remedy.ts';
import { holdStrategy } from './held-strategy.ts';

/** For so long a quorum may be away while a member is replaced, milliseconds: elections and restarts take less. */
const AWAY_MS = 120_000;
const LOOK_MS = 2_000;
/** Since when the quorum is lost, as it was noted. */
const LOST_SINCE = 'quorumLostSince';

/** The same for a journal that is read back. */
export const quorateNotes = { [LOST_SINCE]: z.exactOptional(z.iso.datetime().nullable()) };

/**
 * A step that needs the quorum of the others: when another member breaks meanwhile it gives up, so that what brings a quorum
 * back is not kept waiting by what cannot go on without one. The update strategy is not put back then: see holdStrategy.
 */
export function whileQuorate(step: Step): Step {
  return {
    ...step,
    run: async (work) => {
      const world = await work.look();
      const { quorum } = world;
      const since = work.notes[LOST_SINCE];
      if (quorum.verdict !== 'Lost') {
        if (typeof since !== 'string') return step.run(work);
        return { state: 'Waiting', message: 'the quorum is back', againMs: 0, notes: { [LOST_SINCE]: null } };
      }
      const message = `the quorum is lost: ${quorum.evidence}`;
      if (typeof since !== 'string')
        return { state: 'Waiting', message, againMs: LOOK_MS, notes: { [LOST_SINCE]: work.now.toISOString() } };
      if (work.now.getTime() - Date.parse(since) < AWAY_MS) return { state: 'Waiting', message, againMs: LOOK_MS };
      await holdStrategy(work, world);
      return {
        state: 'Failed',
        message: `another member broke while this one was replaced, and ${message}. Nothing that was set aside is lost. The guard asks for what brings a quorum back; RestartQuorum comes first`,
      };
    },
  };
}
