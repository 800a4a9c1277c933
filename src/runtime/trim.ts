import { labels, OPERATOR } from '../api/names.ts';
import type { Node, Pod } from '../kube/core-types.ts';
import type { Stored } from '../kube/objects.ts';
import type { PodDisruptionBudget } from '../pair/disruption-budgets.ts';

/** A pod as far as decisions need it: about a tenth of the object. */
export function trimPod({ apiVersion, kind, metadata, spec, status }: Stored<Pod>): Stored<Pod> {
  return {
    apiVersion,
    kind,
    metadata,
    ...(spec ? { spec: defined({ nodeName: spec.nodeName, hostNetwork: spec.hostNetwork }) } : {}),
    ...(status
      ? {
          status: defined({
            phase: status.phase,
            podIP: status.podIP,
            podIPs: status.podIPs,
            conditions: status.conditions?.filter(({ type }) => type === 'Ready' || type === 'PodScheduled'),
            containerStatuses: status.containerStatuses,
          }),
        }
      : {}),
  };
}

/** A node as far as decisions need it. */
export function trimNode({ apiVersion, kind, metadata, spec, status }: Stored<Node>): Stored<Node> {
  const { name, uid, resourceVersion } = metadata;
  const ready = status?.conditions?.filter(({ type }) => type === 'Ready');
  return {
    apiVersion,
    kind,
    metadata: { name, uid, resourceVersion },
    ...(spec ? { spec: defined({ unschedulable: spec.unschedulable, taints: spec.taints }) } : {}),
    ...(ready
      ? {
          status: {
            conditions: ready.map(({ type, status: value, lastTransitionTime }) => ({
              type,
              status: value,
              ...(lastTransitionTime === undefined ? {} : { lastTransitionTime }),
            })),
          },
        }
      : {}),
  };
}

/** A budget: our own whole, for it is kept as it should be; of one of somebody else what it selects. */
export function trimBudget(budget: Stored<PodDisruptionBudget>): Stored<PodDisruptionBudget> {
  const { apiVersion, kind, metadata, spec } = budget;
  if (metadata.labels?.[labels.managedBy] === OPERATOR) return budget;
  const { name, namespace, uid, resourceVersion } = metadata;
  return {
    apiVersion,
    kind,
    metadata: { name, ...(namespace === undefined ? {} : { namespace }), uid, resourceVersion },
    ...(spec ? { spec: defined({ selector: spec.selector }) } : {}),
  };
}

function defined<T extends object>(fields: T): { [Key in keyof T]?: Exclude<T[Key], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never;
}
