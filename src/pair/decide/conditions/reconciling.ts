import { isStopped, type Assessment, type Finding } from './assessment.ts';
import { ready } from './ready.ts';
import { stalled } from './stalled.ts';

const type = 'Reconciling';

/** kstatus: there while the pair is on its way to what the spec asks for. */
export function reconciling(assessment: Assessment): Finding<typeof type> | undefined {
  const { facts, transition } = assessment;
  if (stalled(assessment) || facts.pair.spec.mode !== 'Managed') return undefined;
  if (transition)
    return {
      type,
      status: 'True',
      reason: transition.type,
      message: `${transition.type} at ${transition.step} since ${transition.startTime}`,
    };
  if (isStopped(assessment)) {
    if (facts.pods.length === 0) return undefined;
    return {
      type,
      status: 'True',
      reason: 'Stopping',
      message: `still there: ${facts.pods.map(({ name }) => name).join(', ')}`,
    };
  }
  const { status, message } = ready(assessment);
  return status === 'False' ? { type, status: 'True', reason: 'Creating', message } : undefined;
}
