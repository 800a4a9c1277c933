import type { NodeView } from '../node-view.ts';
import type { PodView } from '../pod-view.ts';
import type { Binding } from './binding.ts';

/**
 * Reasons the kubelet makes up for containers it has lost sight of: no evidence of an end (kubelet, since Kubernetes
 * 1.22 ContainerStatusUnknown).
 */
const MADE_UP_REASONS = new Set(['ContainerStatusUnknown', 'Unknown']);

/** A registration whose process is proven to run no longer. */
export interface ProvenDeath {
  readonly serverID: bigint;
  readonly lease: bigint;
  /** When it was seen. */
  readonly seenTime: Date;
  /** What proves it, in words. */
  readonly evidence: string;
}

/** Every proven death: those known from earlier looks (a pod may be gone by now) and those seen now. */
export function provenDeaths(
  known: readonly ProvenDeath[],
  bindings: readonly Binding[],
  pods: readonly PodView[],
  nodes: ReadonlyMap<string, NodeView>,
  now: Date,
): readonly ProvenDeath[] {
  const isKnown = (binding: Binding) =>
    known.some(({ serverID, lease }) => serverID === binding.serverID && lease === binding.lease);
  const seen = bindings.flatMap((binding) => {
    const evidence = isKnown(binding) ? undefined : endOf(binding, pods, nodes);
    return evidence === undefined
      ? []
      : [{ serverID: binding.serverID, lease: binding.lease, seenTime: now, evidence }];
  });
  return [...known, ...seen];
}

/**
 * Whether the process of a binding is proven dead: the very container it was bound to has ended, or its node was
 * declared out of service and is not ready. A pod's phase, a deleted Node, a pod that was deleted by force prove
 * nothing: the process may run on.
 */
function endOf(
  { containerID, nodeName, podUID }: Binding,
  pods: readonly PodView[],
  nodes: ReadonlyMap<string, NodeView>,
): string | undefined {
  const container = pods.find(({ uid }) => uid === podUID)?.container;
  for (const ended of [container?.terminated, container?.lastTerminated])
    if (ended?.containerID === containerID && !MADE_UP_REASONS.has(ended.reason ?? ''))
      return `container ${shortID(containerID)} ended with exit code ${ended.exitCode} (${ended.reason ?? 'no reason given'})`;
  const node = nodes.get(nodeName);
  if (node?.outOfService && !node.ready)
    return `node ${nodeName} carries the taint node.kubernetes.io/out-of-service and is not ready`;
  return undefined;
}

function shortID(containerID: string): string {
  return containerID.replace(/^.*:\/\//, '').slice(0, 12);
}
