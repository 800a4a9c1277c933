import type { KubeObject, ResourceKind } from '../../../src/kube/objects.ts';

/** Namespaces. */
export const namespaceKind: ResourceKind = {
  group: '',
  version: 'v1',
  kind: 'Namespace',
  plural: 'namespaces',
  namespaced: false,
};

/** Which pods are behind a Service. */
export const endpointSliceKind: ResourceKind = {
  group: 'discovery.k8s.io',
  version: 'v1',
  kind: 'EndpointSlice',
  plural: 'endpointslices',
  namespaced: true,
};

/** What was told about objects. */
export const eventKind: ResourceKind = {
  group: 'events.k8s.io',
  version: 'v1',
  kind: 'Event',
  plural: 'events',
  namespaced: true,
};

/** discovery.k8s.io/v1 as far as it is read. */
export interface EndpointSlice extends KubeObject {
  /** null: none (it is so on the wire). */
  readonly endpoints?: readonly { readonly targetRef?: { readonly name: string } }[] | null;
}

/** An Event about a pair. */
export interface PairEvent extends KubeObject {
  readonly type: string;
  readonly reason: string;
  readonly note: string;
  readonly regarding: { readonly kind: string; readonly name: string };
}

/** A StatefulSet or Deployment, as far as scenarios read it. */
export interface PodOwner extends KubeObject {
  readonly spec: {
    readonly replicas: number;
    readonly template: { readonly spec: { readonly containers: readonly { readonly image: string }[] } };
  };
}

/** A Service, as far as scenarios read it. */
export interface Service extends KubeObject {
  readonly spec: { readonly clusterIP: string; readonly selector?: Readonly<Record<string, string>> };
}

/** Names of the pods in the slices of one Service. */
export function podsBehind(slices: readonly EndpointSlice[]): string[] {
  return slices.flatMap(({ endpoints }) => (endpoints ?? []).flatMap(({ targetRef }) => targetRef?.name ?? []));
}

/** The slices of a Service among others. */
export function slicesOf(service: string, slices: readonly EndpointSlice[]): EndpointSlice[] {
  return slices.filter(({ metadata }) => metadata.labels?.['kubernetes.io/service-name'] === service);
}
