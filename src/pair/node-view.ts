import type { Node } from '../kube/core-types.ts';

/** What decisions need to know of a node. */
export interface NodeView {
  readonly name: string;
  readonly ready: boolean;
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
  return {
    name: metadata.name,
    ready: status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True') ?? false,
    leaving: (spec?.unschedulable ?? false) || taints.some(({ key }) => LEAVING_TAINTS.has(key)),
    outOfService: taints.some(({ key }) => key === 'node.kubernetes.io/out-of-service'),
  };
}
