import { exitText } from '../../kube/container-end.ts';
import type { ContainerView, PodView } from '../pod-view.ts';

/** Why no process runs in a pod, or the one that runs does not come up; undefined: nothing is known to hold it up. */
export function whyNotStarted({ unschedulable, container }: PodView): string | undefined {
  if (unschedulable !== undefined) return `it has no node: ${unschedulable}`;
  const { waiting, runningSince, lastWords } = container;
  if (runningSince) return lastWords && `its log says: ${quoted(container)}`;
  const ended = howItEnded(container);
  // The kubelet's own words of a back-off name a pod by its uid and say nothing of the cause.
  if (ended !== undefined && (!waiting || waiting.reason === 'CrashLoopBackOff')) return ended;
  const why = waiting && `it waits with ${waiting.reason}${waiting.message ? `: ${waiting.message}` : ''}`;
  return why !== undefined && ended !== undefined ? `${why}; ${ended}` : why;
}

/** How the last container ended, how often one did, and what Milvus said; undefined: none has. */
export function howItEnded(container: ContainerView): string | undefined {
  const { terminated, lastTerminated, restarts = 0 } = container;
  const end = terminated ?? lastTerminated;
  if (!end) return undefined;
  const ends = restarts + (terminated ? 1 : 0);
  const often = ends > 1 ? `its container has ended ${ends} times, last` : 'its container ended';
  const words = container.lastWords && !container.runningSince ? `: ${quoted(container)}` : '';
  return `${often} with ${exitText(end)}${words}`;
}

function quoted({ lastWords }: ContainerView): string {
  if (!lastWords) return '';
  return `"${lastWords.line}"${lastWords.meaning === undefined ? '' : ` (${lastWords.meaning})`}`;
}
