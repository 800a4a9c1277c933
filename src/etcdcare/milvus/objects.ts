import type { CoordinatorPair } from '../../api/coordinator-pair.ts';
import type { KubeClient } from '../../kube/client.ts';
import { deploymentKind, statefulSetKind } from '../../kube/kinds.ts';
import type { LabelSelector } from '../../kube/label-selector.ts';
import type { KubeObject, ObjectMeta, ResourceKind } from '../../kube/objects.ts';

/** The calls that stopping and starting Milvus needs. */
export type MilvusClient = Pick<KubeClient, 'get' | 'list' | 'mergePatch'>;

/** Who wrote which fields of an object (metav1.ManagedFieldsEntry). */
export interface ManagedFields {
  readonly manager?: string;
  readonly time?: string;
  readonly subresource?: string;
  readonly fieldsV1?: Readonly<Record<string, unknown>>;
}

/** apps/v1 Deployment or StatefulSet, as far as it is read here. */
export interface Workload extends KubeObject {
  readonly metadata: ObjectMeta & { readonly managedFields?: readonly ManagedFields[] };
  readonly spec?: {
    readonly replicas?: number;
    readonly selector?: LabelSelector;
    readonly serviceName?: string;
    readonly template?: { readonly metadata?: { readonly labels?: Readonly<Record<string, string>> } };
  };
}

/** The kinds of workloads that are scaled. */
export const workloadKinds = { Deployment: deploymentKind, StatefulSet: statefulSetKind } as const;

/** The name of such a kind. */
export type WorkloadKind = keyof typeof workloadKinds;

/** How the API server addresses the Milvus objects of milvus-operator. */
export const milvusKind: ResourceKind = {
  group: 'milvus.io',
  version: 'v1beta1',
  kind: 'Milvus',
  plural: 'milvuses',
  namespaced: true,
};

/**
 * milvus-operator leaves a Milvus with this annotation at `true` alone: it neither scales nor creates (zilliztech's
 * milvus_controller.go, the first thing after its defaults). `spec.components.enableManualMode` would not do: without
 * two deployments a component it is not looked at.
 */
export const PAUSE_ANNOTATION = 'milvus.io/pause-reconcile';

/** Wished replicas; left out, apps/v1 means one, which the API server always fills in. */
export const replicasOf = ({ spec }: Workload): number => spec?.replicas ?? 1;

/** The object that controls this one. */
export const controllerOf = ({ metadata }: KubeObject) =>
  metadata.ownerReferences?.find(({ controller }) => controller === true);

/**
 * Whether the pair's own controller scales its pods as the annotation asks for. It changes nothing of a workload that
 * is not its own, of a pair in another mode, and of one whose spec it cannot render.
 */
export function scalesItself({ spec, status }: CoordinatorPair): boolean {
  const invalid = status?.conditions?.some(({ type, status: is }) => type === 'SpecValid' && is === 'False') ?? false;
  return spec.mode === 'Managed' && spec.workloadRef === undefined && !invalid;
}
