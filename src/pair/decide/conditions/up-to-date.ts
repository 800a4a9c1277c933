import type { Assessment, Finding } from './assessment.ts';

const type = 'UpToDate';

/** Whether both pods were made from the wished template. */
export function upToDate({
  facts,
  rolloutStalledAt,
  transition,
  failedRollout,
  proposals = [],
}: Assessment): Finding<typeof type> {
  const { templateHash, pods, pair } = facts;
  if (pair.spec.workloadRef) {
    const { kind, name } = pair.spec.workloadRef;
    return {
      type,
      status: 'True',
      reason: 'Attached',
      message: `${kind} ${name} makes the pods and renews them itself`,
    };
  }
  if (templateHash === undefined)
    return {
      type,
      status: 'Unknown',
      reason: 'NotObserved',
      message: 'the wished template is not known; see SpecValid',
    };
  const outdated = pods.filter((pod) => pod.templateHash !== templateHash).map(({ name }) => name);
  if (outdated.length === 0)
    return { type, status: 'True', reason: 'UpToDate', message: 'every pod was made from the wished template' };
  const names = outdated.join(', ');
  if (pair.spec.mode !== 'Managed')
    return { type, status: 'Unknown', reason: 'NotManaged', message: `${names} would be renewed in mode Managed` };
  if (pair.spec.rollout.policy === 'Paused')
    return {
      type,
      status: 'False',
      reason: 'RolloutPaused',
      message: `${names} are renewed when rollout.policy is Automatic`,
    };
  if (failedRollout)
    return {
      type,
      status: 'False',
      reason: 'RolloutFailed',
      message: `${names} are kept on the template that worked: ${failedRollout.reason}`,
    };
  if (proposals.some(({ action }) => action === 'MoveActive'))
    return {
      type,
      status: 'False',
      reason: 'AwaitingApproval',
      message: `${names} is renewed when the move of ACTIVE is approved: see status.proposals`,
    };
  if (rolloutStalledAt)
    return {
      type,
      status: 'False',
      reason: 'RolloutFailed',
      message: `the rollout stands at ${rolloutStalledAt} since ${transition?.startTime ?? 'long ago'}; ${names} still run the old template`,
    };
  return {
    type,
    status: 'False',
    reason: 'RollingOut',
    message: `${names} are to be renewed: the standby first, then the role moves once`,
  };
}
