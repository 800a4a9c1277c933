import type { CoordinatorPair } from '../../../../src/api/coordinator-pair.ts';
import type { EtcdGuard } from '../../../../src/api/etcd-guard.ts';
import type { KubeObject } from '../../../../src/kube/objects.ts';

/** An object of the release's namespace. */
function inMilvus(
  kind: string,
  name: string,
  { metadata = {}, ...rest }: { readonly metadata?: object; readonly spec?: object; readonly status?: object } = {},
): KubeObject {
  return { apiVersion: 'any/v1', kind, metadata: { name, namespace: 'milvus', ...metadata }, ...rest };
}

/** A reference to the controller of an object. */
export const madeBy = (kind: string, name: string) => ({
  ownerReferences: [{ apiVersion: 'any/v1', kind, name, uid: `uid-of-${kind}-${name}`, controller: true }],
});

/** A workload of the release that selects pods by its name. */
export function aWorkload(
  kind: 'Deployment' | 'StatefulSet',
  name: string,
  replicas: number,
  metadata: object = {},
): KubeObject {
  const labels = { 'app.kubernetes.io/instance': 'release', app: name };
  return inMilvus(kind, name, {
    metadata: { labels, ...metadata },
    spec: { replicas, selector: { matchLabels: labels }, template: { metadata: { labels } } },
  });
}

/** A pod with these labels. */
export const aPod = (name: string, labels: object, metadata: object = {}, phase = 'Running'): KubeObject =>
  inMilvus('Pod', name, { metadata: { labels, ...metadata }, status: { phase } });

/** The etcd of the release, with its two Services. */
export const etcd: readonly KubeObject[] = [
  inMilvus('StatefulSet', 'etcd', {
    metadata: { labels: { 'app.kubernetes.io/instance': 'release' } },
    spec: { replicas: 3, serviceName: 'etcd-headless', template: { metadata: { labels: { app: 'etcd', pod: 'x' } } } },
  }),
  inMilvus('Service', 'etcd', { spec: { selector: { app: 'etcd' }, clusterIPs: ['10.96.0.7'] } }),
  inMilvus('Service', 'etcd-headless', { spec: { clusterIPs: ['None'] } }),
  inMilvus('Service', 'proxy', { spec: { selector: { app: 'proxy' }, clusterIPs: ['10.96.0.8'] } }),
];

/** A guard of that etcd. */
export const aGuard = (milvus?: EtcdGuard['spec']['milvus']): EtcdGuard =>
  inMilvus('EtcdGuard', 'guard', {
    spec: { statefulSetName: 'etcd', ...(milvus ? { milvus } : {}) },
  }) as unknown as EtcdGuard;

/** A pair whose endpoints lead to that etcd. */
export const aPair = (
  name: string,
  { spec = {}, metadata = {}, status = {} }: { spec?: object; metadata?: object; status?: object } = {},
): CoordinatorPair & KubeObject =>
  inMilvus('CoordinatorPair', name, {
    metadata,
    spec: { mode: 'Managed', runState: 'Running', etcd: { endpoints: ['etcd:2379'], rootPath: 'by-dev' }, ...spec },
    status,
  }) as unknown as CoordinatorPair & KubeObject;

/** The conditions of a pair with an ACTIVE that serves. */
export const serving = {
  summary: 'rootcoord-0 is ACTIVE',
  conditions: [
    { type: 'Ready', status: 'True', reason: 'PairReady' },
    { type: 'ActiveElected', status: 'True', reason: 'Elected' },
  ],
};

/** The StatefulSet that a pair has made. */
export const madeByPair = (name: string, replicas = 2): KubeObject =>
  aWorkload('StatefulSet', name, replicas, madeBy('CoordinatorPair', name));
