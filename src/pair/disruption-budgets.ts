import { selects, type LabelSelector } from '../kube/label-selector.ts';
import type { KubeObject } from '../kube/objects.ts';

/** policy/v1 PodDisruptionBudget as far as it is read. */
export interface PodDisruptionBudget extends KubeObject {
  readonly spec?: { readonly selector?: LabelSelector };
}

/**
 * Finds budgets of others over a pair's pods: while two match one pod, the API server refuses to evict it at all
 * (policy/v1).
 *
 * @param own name of the pair's own budget, which does not count.
 * @param labelSets labels of the pods, those that are and those that would be made.
 * @returns names, sorted.
 */
export function budgetsOver(
  budgets: Iterable<PodDisruptionBudget>,
  own: string,
  labelSets: readonly Readonly<Record<string, string>>[],
): readonly string[] {
  return [...budgets]
    .filter(({ metadata, spec }) => metadata.name !== own && labelSets.some((set) => selects(spec?.selector, set)))
    .map(({ metadata }) => metadata.name)
    .sort();
}
