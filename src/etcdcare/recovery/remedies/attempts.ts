import { runScript, type JobClient } from '../../volumes/run-script.ts';
import type { Job } from '../../volumes/job-types.ts';
import type { ScriptOutcome } from '../../volumes/script-outcome.ts';

/** How often a script is tried whose failure may pass. */
const ATTEMPTS = 5;

/**
 * Runs a script, again under another name where it failed for what may pass: a process that has the data open for a
 * moment, a pod that was evicted. To be called again until it is not Running.
 *
 * @throws ApiError, ForeignJobError.
 */
export async function runAttempts(
  client: JobClient,
  job: (attempt: number) => Job,
  signal: AbortSignal,
): Promise<ScriptOutcome> {
  for (let attempt = 0; ; attempt++) {
    const outcome = await runScript(client, job(attempt), signal);
    if (outcome.state !== 'Failed' || attempt + 1 === ATTEMPTS || !mayPass(outcome)) return outcome;
  }
}

function mayPass({ refusal }: Extract<ScriptOutcome, { readonly state: 'Failed' }>): boolean {
  return refusal === undefined || refusal === 'LockHeld' || refusal === 'NoAnswer';
}
