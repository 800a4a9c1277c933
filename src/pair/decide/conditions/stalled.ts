import { overdue } from './active-elected.ts';
import type { Assessment, Finding } from './assessment.ts';
import { noConflict } from './no-conflict.ts';
import { specValid } from './spec-valid.ts';

const type = 'Stalled';

/** kstatus: there while only a person can help. */
export function stalled(assessment: Assessment): Finding<typeof type> | undefined {
  const spec = specValid(assessment);
  if (spec.status === 'False') return { type, status: 'True', reason: 'SpecInvalid', message: spec.message };
  const conflict = noConflict(assessment);
  if (conflict.status === 'False') return { type, status: 'True', reason: 'Conflict', message: conflict.message };
  const { rolloutStalledAt, transition, flappingUntil, failedRollout } = assessment;
  if (flappingUntil)
    return {
      type,
      status: 'True',
      reason: 'Flapping',
      message: `ACTIVE changed three times in ten minutes without a plan: switchovers, rollouts and restarts wait until ${flappingUntil.toISOString()}; look for the cause in the logs of the pods that went away`,
    };
  const stuck = overdue(assessment);
  if (stuck) return { type, status: 'True', reason: 'NoTakeover', message: stuck };
  if (failedRollout)
    return {
      type,
      status: 'True',
      reason: 'StandbyNotUp',
      message: `the rollout was given up at ${failedRollout.time}: ${failedRollout.reason}; the pods are kept on the template that worked; correct the spec, or try again with a new value of the annotation ha.milvus.io/restart`,
    };
  if (rolloutStalledAt === undefined) return undefined;
  return {
    type,
    status: 'True',
    reason: rolloutStalledAt === 'ReplacingStandby' ? 'StandbyNotUp' : 'RolloutStuck',
    message: `the rollout stands at ${rolloutStalledAt} since ${transition?.startTime ?? 'long ago'}: see the log of the pod that does not register, then change the spec`,
  };
}
