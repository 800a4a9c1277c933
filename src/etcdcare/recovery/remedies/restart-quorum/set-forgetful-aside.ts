import { textOf } from '../../details.ts';
import type { Step } from '../../remedy.ts';
import { runAttempts } from '../attempts.ts';
import { memberJob } from '../member-job.ts';
import { intactAmong } from '../rebuild/intact.ts';
import { survey } from '../rebuild/survey.ts';
import { fenced } from '../fenced.ts';

const LOOK_MS = 1_000;

/**
 * A member without data whose template said `new` makes a log of its own in the moment when the others end, with the ids
 * it had before: seen on three members that were scaled down. Started with it, it would vote without knowing what it had
 * acknowledged, so what it began is renamed; empty, it joins when there is a quorum.
 */
export const setForgetfulAside: Step = {
  name: 'SetForgetfulAside',
  safeToStop: true,
  run: async (work) => {
    if (textOf(work.details, 'stopAll') !== 'yes') return { state: 'Done', message: 'nothing was stopped' };
    const world = await work.look();
    const layout = fenced(world, work);
    if ('why' in layout) return { state: 'Failed', message: layout.why };
    const seen = await survey(work, world, layout);
    if (seen.state === 'Waiting') return { state: 'Waiting', message: seen.why, againMs: LOOK_MS };
    const { members, enough } = intactAmong(seen.sources, layout.members.length);
    if (!enough)
      return {
        state: 'Failed',
        message: `with all stopped, only ${members.map(({ name }) => name).join(', ') || 'none'} have intact data`,
      };
    const forgetful = seen.sources.filter(
      (source) => source.restartable && source.clusterId === members[0]?.clusterId && !members.includes(source),
    );
    for (const { name } of forgetful) {
      const env = { OPERATION: work.recovery.metadata.uid };
      const job = (attempt: number) =>
        memberJob(work, world, name, layout.place, { script: 'set-aside', step: 'aside', attempt, env });
      const outcome = await runAttempts(work.client, job, work.signal);
      if (outcome.state === 'Failed')
        return { state: 'Failed', message: `what ${name} began anew could not be renamed: ${outcome.message}` };
      if (outcome.state === 'Running')
        return { state: 'Waiting', message: `renames what ${name} began anew`, againMs: LOOK_MS };
    }
    const names = forgetful.map(({ name }) => name).join(', ');
    return { state: 'Done', message: names === '' ? 'no member has begun anew' : `renamed what ${names} began anew` };
  },
};
