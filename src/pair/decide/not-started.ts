import type { PodView } from '../pod-view.ts';

/** Why no process runs in a pod: it has no node, or a container waits; undefined: nothing is known to hold it up. */
export function whyNotStarted({ unschedulable, container: { waiting } }: PodView): string | undefined {
  if (unschedulable !== undefined) return `it has no node: ${unschedulable}`;
  return waiting && `it waits with ${waiting.reason}${waiting.message ? `: ${waiting.message}` : ''}`;
}
