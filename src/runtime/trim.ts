import type { Node, Pod } from '../kube/core-types.ts';
import type { Stored } from '../kube/objects.ts';

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
            conditions: status.conditions?.filter(({ type }) => type === 'Ready'),
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

function defined<T extends object>(fields: T): { [Key in keyof T]?: Exclude<T[Key], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never;
}
