import type { KubeObject } from '../../kube/objects.ts';
import { activeService } from './active-service.ts';
import type { RenderInput } from './common.ts';
import { configMap } from './config-map.ts';
import { headlessService } from './headless-service.ts';
import { podDisruptionBudget } from './pod-disruption-budget.ts';
import { statefulSet } from './stateful-set.ts';

/** What a pair consists of. */
export interface RenderedChildren {
  /** In the order in which they are applied: what pods need comes before the pods. */
  readonly objects: readonly KubeObject[];
  readonly templateHash: string;
}

/** Renders every child of a pair. */
export function renderChildren(input: RenderInput): RenderedChildren {
  const config = configMap(input);
  const pods = statefulSet(input);
  return {
    objects: [
      ...(config ? [config] : []),
      headlessService(input),
      activeService(input),
      podDisruptionBudget(input),
      pods.object,
    ],
    templateHash: pods.templateHash,
  };
}
