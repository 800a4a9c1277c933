import { labels } from '../../api/names.ts';
import type { KubeObject } from '../../kube/objects.ts';
import type { WorkloadFacts } from '../facts.ts';
import { activeService } from './active-service.ts';
import type { RenderInput } from './common.ts';
import { podDisruptionBudget } from './pod-disruption-budget.ts';
import { servicePorts } from './ports.ts';

/**
 * The children of a pair that looks after a workload: the Service that leads to the ACTIVE, and the budget over the two
 * pods. None while another pair has the workload; no budget while the selector matches pods of somebody else's, for it
 * would keep those from being evicted.
 */
export function renderAttached(
  input: RenderInput,
  { view: { selector }, container, foreignPods, takenBy }: WorkloadFacts,
): readonly KubeObject[] {
  if (!selector || !container || takenBy !== undefined) return [];
  const declared = new Set((container.ports ?? []).map(({ name }) => name));
  return [
    activeService(input, {
      selector: { ...selector, [labels.role]: 'active' },
      ports: servicePorts(input, (name) => declared.has(name)),
    }),
    ...(foreignPods.length === 0 ? [podDisruptionBudget(input, selector)] : []),
  ];
}
