import { annotations, headlessServiceName, podSelector, statefulSetName } from '../../api/names.ts';
import type { KubeObject } from '../../kube/objects.ts';
import { stopOf } from '../decide/run-state.ts';
import { childMeta, hashOf, type RenderInput } from './common.ts';
import { podTemplate } from './pod-template.ts';

/**
 * The two pods. `Parallel`: the second never waits for the first. `OnDelete`: nothing but the operator's rollout (or an
 * eviction) replaces a pod, so that a change of the template costs one change of ACTIVE and not two.
 */
export function statefulSet(input: RenderInput): { readonly object: KubeObject; readonly templateHash: string } {
  const { pair } = input;
  const template = podTemplate(input);
  const templateHash = hashOf(template);
  const object = {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: childMeta(pair, statefulSetName(pair.metadata.name)),
    spec: {
      replicas: stopOf(pair) ? 0 : 2,
      serviceName: headlessServiceName(pair.metadata.name),
      podManagementPolicy: 'Parallel',
      updateStrategy: { type: 'OnDelete' },
      selector: { matchLabels: podSelector(pair.metadata.name) },
      template: withHash(template, templateHash),
    },
  } as KubeObject;
  return { object, templateHash };
}

function withHash(template: ReturnType<typeof podTemplate>, hash: string): object {
  const marked = { ...template.metadata.annotations, [annotations.templateHash]: hash };
  return { ...template, metadata: { ...template.metadata, annotations: marked } };
}
