import { exitText } from '../../kube/container-end.ts';
import type { TerminatedState } from '../../kube/core-types.ts';
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

/**
 * Those bindings that nothing speaks against. A status of the pod that came late (a watch that stood still, a kubelet
 * that could not report) may have shown a container as running that had ended, and the registration of its successor in
 * the same pod was bound to it: then the end that is reported at last lies before the binding.
 */
export function standing(bindings: readonly Binding[], pods: readonly PodView[]): readonly Binding[] {
  return bindings.filter((binding) => !endsOf(binding, pods).some((end) => !isAfter(end, binding)));
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
function endOf(binding: Binding, pods: readonly PodView[], nodes: ReadonlyMap<string, NodeView>): string | undefined {
  const { containerID, nodeName } = binding;
  for (const ended of endsOf(binding, pods))
    if (isAfter(ended, binding)) return `container ${shortID(containerID)} ended with ${exitText(ended)}`;
  const node = nodes.get(nodeName);
  if (node?.outOfService && !node.ready)
    return `node ${nodeName} carries the taint node.kubernetes.io/out-of-service and is not ready`;
  return undefined;
}

/** What the kubelet reports of the end of the bound container, where it saw one. */
function endsOf({ containerID, podUID }: Binding, pods: readonly PodView[]): readonly TerminatedState[] {
  const { terminated, lastTerminated } = pods.find(({ uid }) => uid === podUID)?.container ?? {};
  return [terminated, lastTerminated].filter(
    (end): end is TerminatedState => end?.containerID === containerID && !MADE_UP_REASONS.has(end.reason ?? ''),
  );
}

/** Both by the clock of the node. Kubelets write whole seconds, cut off: an end in the second of the binding is none. */
function isAfter({ finishedAt }: TerminatedState, { boundTime }: Binding): boolean {
  return finishedAt !== undefined && Date.parse(finishedAt) >= boundTime.getTime();
}

function shortID(containerID: string): string {
  return containerID.replace(/^.*:\/\//, '').slice(0, 12);
}
