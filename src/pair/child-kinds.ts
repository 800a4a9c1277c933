import { configMapKind, podDisruptionBudgetKind, serviceKind, statefulSetKind } from '../kube/kinds.ts';
import type { ResourceKind } from '../kube/objects.ts';

/** The kinds a pair's children are of. */
export const childKinds: readonly ResourceKind[] = [
  configMapKind,
  serviceKind,
  podDisruptionBudgetKind,
  statefulSetKind,
];

/** @throws TypeError for a kind no child is of. */
export function childKind(kind: string): ResourceKind {
  const found = childKinds.find((candidate) => candidate.kind === kind);
  if (!found) throw new TypeError(`no child is of kind ${kind}`);
  return found;
}
