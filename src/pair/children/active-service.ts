import { activeServiceName, labels, podSelector } from '../../api/names.ts';
import type { KubeObject } from '../../kube/objects.ts';
import { childMeta, type RenderInput } from './common.ts';
import { servicePorts } from './ports.ts';

/** Leads to the ACTIVE alone, by the role label that follows etcd. While nobody holds the role it leads nowhere. */
export function activeService(input: RenderInput): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: childMeta(input.pair, activeServiceName(input.pair.metadata.name)),
    spec: {
      type: 'ClusterIP',
      selector: { ...podSelector(input.pair.metadata.name), [labels.role]: 'active' },
      ports: servicePorts(input),
    },
  } as KubeObject;
}
