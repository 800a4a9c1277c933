import { activeServiceName, labels, podSelector } from '../../api/names.ts';
import type { KubeObject } from '../../kube/objects.ts';
import { childMeta, type RenderInput } from './common.ts';
import { servicePorts } from './ports.ts';

/**
 * Leads to the ACTIVE alone, by the role label that follows etcd. While nobody holds the role it leads nowhere.
 *
 * @param target the pods and their ports; those that the pair runs itself unless said otherwise.
 */
export function activeService(
  input: RenderInput,
  target: { readonly selector: Readonly<Record<string, string>>; readonly ports: readonly object[] } = {
    selector: { ...podSelector(input.pair.metadata.name), [labels.role]: 'active' },
    ports: servicePorts(input),
  },
): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: childMeta(input.pair, activeServiceName(input.pair.metadata.name)),
    spec: {
      type: 'ClusterIP',
      ...target,
    },
  } as KubeObject;
}
