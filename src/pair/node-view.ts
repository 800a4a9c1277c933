import type { Node } from '../kube/core-types.ts';

/** What decisions need to know of a node. */
export interface NodeView {
  readonly name: string;
  readonly ready: boolean;
  /** Since when it has not been ready. */
  readonly notReadySince?: Date;
  /** Cordoned, or marked for removal by an autoscaler: pods are about to be evicted. */
  readonly leaving: boolean;
  /** Declared dead by an administrator: taint node.kubernetes.io/out-of-service (Kubernetes 1.28 on). */
  readonly outOfService: boolean;
}

/** Taints by which kubectl, the cluster autoscaler and Karpenter announce that a node is emptied. */
const LEAVING_TAINTS = new Set([
  'node.kubernetes.io/unschedulable',
  'ToBeDeletedByClusterAutoscaler',
  'karpenter.sh/disrupted',
  'karpenter.sh/disruption',
]);

/** Reads a node into what decisions need. */
export function viewNode({ metadata, spec, status }: Node): NodeView {
  const taints = spec?.taints ?? [];
  const condition = status?.conditions?.find(({ type }) => type === 'Ready');
  const ready = condition?.status === 'True';
  return {
    name: metadata.name,
    ready,
    ...(!ready && condition?.lastTransitionTime ? { notReadySince: new Date(condition.lastTransitionTime) } : {}),
    leaving: (spec?.unschedulable ?? false) || taints.some(({ key }) => LEAVING_TAINTS.has(key)),
    outOfService: taints.some(({ key }) => key === 'node.kubernetes.io/out-of-service'),
  };
}
