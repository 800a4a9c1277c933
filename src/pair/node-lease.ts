import type { KubeClient } from '../kube/client.ts';
import { leaseKind } from '../kube/kinds.ts';
import type { KubeObject } from '../kube/objects.ts';

/** The namespace of the Leases that kubelets renew (core Kubernetes since 1.14). */
const NODE_LEASES = 'kube-node-lease';

interface NodeLease extends KubeObject {
  readonly spec?: { readonly renewTime?: string };
}

/**
 * When a kubelet renewed the Lease of its node last, as it wrote that: the text moves while the kubelet lives, each ten
 * seconds by default. Undefined: there is no such Lease.
 *
 * @throws ApiError when it cannot be read.
 */
export async function nodeRenewTime(
  client: KubeClient,
  nodeName: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const lease = await client.get<NodeLease>(leaseKind, nodeName, NODE_LEASES, { signal });
  return lease?.spec?.renewTime;
}
