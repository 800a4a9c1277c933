import type { Clock } from '../base/clock.ts';
import type { KubeClient } from '../kube/client.ts';
import type { Pod } from '../kube/core-types.ts';
import { deploymentKind, replicaSetKind, statefulSetKind } from '../kube/kinds.ts';
import type { KubeObject, ResourceKind } from '../kube/objects.ts';
import { NamedReads } from './named-reads.ts';
import { viewWorkload, type WorkloadRef, type WorkloadView } from './workload-view.ts';

const kinds: Readonly<Record<WorkloadRef['kind'], ResourceKind>> = {
  Deployment: deploymentKind,
  StatefulSet: statefulSetKind,
};

/** Whose a ReplicaSet is: that does not change while it has pods. */
interface ReplicaSetView {
  readonly uid: string;
  readonly controllerUID: string | undefined;
}

/** The workloads that pairs look after. What changes about one shows in its pods, of which there is a watch. */
export class Workloads {
  readonly #workloads: NamedReads<WorkloadView>;
  readonly #replicaSets: NamedReads<ReplicaSetView>;

  constructor(client: KubeClient, clock: Clock) {
    this.#workloads = new NamedReads(client, clock, viewWorkload);
    this.#replicaSets = new NamedReads(client, clock, ({ metadata }) => ({
      uid: metadata.uid,
      controllerUID: controllerOf(metadata)?.uid,
    }));
  }

  /** @returns undefined when there is none or the operator may not read it. @throws ApiError */
  get(namespace: string, { kind, name }: WorkloadRef): Promise<WorkloadView | undefined> {
    return this.#workloads.get(kinds[kind], namespace, name);
  }

  /** Something of it has changed: the next look reads it again. */
  forget(namespace: string, { kind, name }: WorkloadRef): void {
    this.#workloads.forget(kinds[kind], namespace, name);
  }

  /**
   * Whether a workload has made a pod: it is the pod's controller, or for a Deployment that of the pod's ReplicaSet.
   *
   * @throws ApiError
   */
  async owns({ kind, uid }: WorkloadView, { metadata }: Pod): Promise<boolean> {
    const controller = controllerOf(metadata);
    const { namespace } = metadata;
    if (!controller || namespace === undefined) return false;
    if (kind === 'StatefulSet') return controller.uid === uid;
    if (controller.kind !== 'ReplicaSet') return false;
    const replicaSet = await this.#replicaSets.get(replicaSetKind, namespace, controller.name);
    if (replicaSet?.uid === controller.uid) return replicaSet.controllerUID === uid;
    // Another one of the same name.
    this.#replicaSets.forget(replicaSetKind, namespace, controller.name);
    return false;
  }
}

function controllerOf({ ownerReferences }: KubeObject['metadata']) {
  return ownerReferences?.find((reference) => reference.controller);
}
