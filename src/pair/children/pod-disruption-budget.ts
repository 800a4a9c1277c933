import { pdbName, podSelector } from '../../api/names.ts';
import type { KubeObject } from '../../kube/objects.ts';
import { childMeta, type RenderInput } from './common.ts';

/**
 * One of the two at a time. Over both pods, not by role: a budget over the ACTIVE alone matches nothing in the moment
 * of a change. A pod that is not healthy may always be evicted, so that the budget never blocks a drain for ever.
 */
export function podDisruptionBudget(
  { pair }: RenderInput,
  matchLabels: Readonly<Record<string, string>> = podSelector(pair.metadata.name),
): KubeObject {
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: childMeta(pair, pdbName(pair.metadata.name)),
    spec: {
      maxUnavailable: 1,
      unhealthyPodEvictionPolicy: 'AlwaysAllow',
      selector: { matchLabels },
    },
  } as KubeObject;
}
