import type { Clock } from '../base/clock.ts';
import type { KubeClient } from '../kube/client.ts';
import type { Pod } from '../kube/core-types.ts';
import { isForbidden } from '../kube/errors.ts';
import { deploymentKind, replicaSetKind, statefulSetKind } from '../kube/kinds.ts';
import type { KubeObject, ResourceKind, Stored } from '../kube/objects.ts';
import { viewWorkload, type Workload, type WorkloadRef, type WorkloadView } from './workload-view.ts';

/** How long a workload is taken as read while its pods stay the same. */
export const WORKLOAD_MAX_AGE_MS = 300_000;

const kinds: Readonly<Record<WorkloadRef['kind'], ResourceKind>> = {
  Deployment: deploymentKind,
  StatefulSet: statefulSetKind,
};

/**
 * Reads the workloads that pairs look after, by name and only when needed: the operator neither lists nor watches them.
 * What changes about a workload shows in its pods, of which there is a watch.
 */
export class Workloads {
  readonly #client: KubeClient;
  readonly #clock: Clock;
  readonly #read = new Map<string, { readonly atMs: number; readonly view: Promise<WorkloadView | undefined> }>();
  /** Controller of each ReplicaSet, by the ReplicaSet's uid: it does not change while the ReplicaSet has pods. */
  readonly #controllers = new Map<string, { readonly atMs: number; readonly uid: string | undefined }>();

  constructor(client: KubeClient, clock: Clock) {
    this.#client = client;
    this.#clock = clock;
  }

  /** @returns undefined when there is none or the operator may not read it. @throws ApiError */
  async get(namespace: string, { kind, name }: WorkloadRef): Promise<WorkloadView | undefined> {
    const key = `${kind}/${namespace}/${name}`;
    const nowMs = this.#clock.nowMs();
    const known = this.#read.get(key);
    if (known && nowMs - known.atMs < WORKLOAD_MAX_AGE_MS) return known.view;
    for (const [other, { atMs }] of this.#read) if (nowMs - atMs >= WORKLOAD_MAX_AGE_MS) this.#read.delete(other);
    const view = this.#fetch<Workload>(kinds[kind], namespace, name).then((found) => found && viewWorkload(found));
    this.#read.set(key, { atMs: nowMs, view });
    try {
      const found = await view;
      if (!found) this.#read.delete(key);
      return found;
    } catch (error) {
      this.#read.delete(key);
      throw error;
    }
  }

  /** Something of it has changed: the next look reads it again. */
  forget(namespace: string, { kind, name }: WorkloadRef): void {
    this.#read.delete(`${kind}/${namespace}/${name}`);
  }

  /**
   * Whether a workload has made a pod: it is the pod's controller, or for a Deployment that of the pod's ReplicaSet.
   *
   * @throws ApiError
   */
  async owns({ kind, uid }: WorkloadView, { metadata }: Pod): Promise<boolean> {
    const controller = metadata.ownerReferences?.find((reference) => reference.controller);
    if (!controller || metadata.namespace === undefined) return false;
    if (kind === 'StatefulSet') return controller.uid === uid;
    if (controller.kind !== 'ReplicaSet') return false;
    return (await this.#controllerOf(metadata.namespace, controller)) === uid;
  }

  async #controllerOf(namespace: string, replicaSet: { readonly name: string; readonly uid: string }) {
    const nowMs = this.#clock.nowMs();
    const known = this.#controllers.get(replicaSet.uid);
    if (known && nowMs - known.atMs < WORKLOAD_MAX_AGE_MS) return known.uid;
    for (const [other, { atMs }] of this.#controllers)
      if (nowMs - atMs >= WORKLOAD_MAX_AGE_MS) this.#controllers.delete(other);
    const found = await this.#fetch<KubeObject>(replicaSetKind, namespace, replicaSet.name);
    if (found?.metadata.uid !== replicaSet.uid) return undefined;
    const uid = found.metadata.ownerReferences?.find((reference) => reference.controller)?.uid;
    this.#controllers.set(replicaSet.uid, { atMs: nowMs, uid });
    return uid;
  }

  async #fetch<T extends KubeObject>(
    kind: ResourceKind,
    namespace: string,
    name: string,
  ): Promise<Stored<T> | undefined> {
    try {
      return await this.#client.get<T>(kind, name, namespace);
    } catch (error) {
      if (isForbidden(error)) return undefined;
      throw error;
    }
  }
}
