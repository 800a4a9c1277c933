import type { Pod } from './core-types.ts';

/**
 * Why the scheduler has found no node for a pod, in its words (condition PodScheduled).
 * @returns undefined once there is one, and before it has tried.
 */
export function whyUnscheduled({ status }: Pod): string | undefined {
  const unscheduled = status?.conditions?.find((one) => one.type === 'PodScheduled' && one.status === 'False');
  return unscheduled && (unscheduled.message ?? unscheduled.reason ?? '');
}
