import { headlessServiceName, podSelector } from '../../api/names.ts';
import type { KubeObject } from '../../kube/objects.ts';
import { childMeta, type RenderInput } from './common.ts';
import { servicePorts } from './ports.ts';

/** Gives each pod a stable DNS name, ready or not. Milvus itself finds the ACTIVE through etcd, not through Services. */
export function headlessService(input: RenderInput): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: childMeta(input.pair, headlessServiceName(input.pair.metadata.name)),
    spec: {
      type: 'ClusterIP',
      clusterIP: 'None',
      publishNotReadyAddresses: true,
      selector: podSelector(input.pair.metadata.name),
      ports: servicePorts(input),
    },
  } as KubeObject;
}
