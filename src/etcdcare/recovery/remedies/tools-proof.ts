import type { ScriptOutcome } from '../../volumes/script-outcome.ts';
import type { Planned, Planning } from '../remedy.ts';
import { runAttempts } from './attempts.ts';
import { dataPlace, memberJob } from './member-job.ts';
import { withoutShell } from './without-shell.ts';

/** A Job that has not started within this time does not start: a node that is gone, a quota, an image. */
const STARTS_WITHIN_MS = 5 * 60_000;
const AGAIN_MS = 1_000;

/** Whether a Job was made long ago and none of its containers has begun. */
export function neverStarts(
  { pendingSince }: Extract<ScriptOutcome, { readonly state: 'Running' }>,
  now: Date,
): boolean {
  return pendingSince !== undefined && now.getTime() - Date.parse(pendingSince) > STARTS_WITHIN_MS;
}

/** Why a Job that never starts does not, in words. */
export const whyNeverStarted = ({ waiting }: Extract<ScriptOutcome, { readonly state: 'Running' }>): string =>
  `its Job has not started within 5 minutes: ${waiting ?? 'no pod of it was made, see its events (quota, Pod Security)'}`;

/**
 * Proves, before anybody approves, that what a remedy will run can run: a Job beside the volume of a healthy member, with
 * the image, the user and the limits of all others. It shows that the image can be pulled, that the pod is admitted (Pod
 * Security, quota, webhooks), and that every tool is there. It changes nothing.
 *
 * @param pod of the healthy member
 * @returns why there is no plan yet, or none at all; undefined: it is proven.
 * @throws ApiError, ForeignJobError
 */
export async function unprovenTools(
  { recovery, world, client, now, signal }: Planning,
  pod: string,
): Promise<Exclude<Planned, { readonly state: 'Planned' }> | undefined> {
  const place = dataPlace(world);
  if ('why' in place) return { state: 'Refused', why: place.why };
  const job = (attempt: number) =>
    memberJob({ recovery }, world, pod, place, {
      script: 'check-tools',
      step: 'check-tools',
      attempt,
      env: {},
      readOnly: true,
    });
  const outcome = await runAttempts(client, job, signal);
  switch (outcome.state) {
    case 'Done':
      return undefined;
    case 'Failed':
      return {
        state: 'Refused',
        why: withoutShell(outcome, world) ?? `no Job of this recovery would work beside ${pod}: ${outcome.message}`,
      };
    case 'Running':
      return neverStarts(outcome, now)
        ? { state: 'Refused', why: `no Job of this recovery would run beside ${pod}: ${whyNeverStarted(outcome)}` }
        : {
            state: 'Waiting',
            why: `tries the tools of the image beside ${pod}: ${outcome.waiting ?? 'a Job runs'}`,
            againMs: AGAIN_MS,
          };
  }
}
