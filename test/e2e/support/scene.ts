import { randomBytes } from 'node:crypto';
import type { KubeClient } from '../../../src/kube/client.ts';
import type { PodLogs } from '../../../src/kube/pod-logs.ts';
import { createKubeClient } from '../../../src/kube/transport.ts';
import { connectCluster, type Cluster } from '../../cluster/cluster.ts';
import { startEtcd, type ScenarioEtcd } from './etcd.ts';
import { Kubectl } from './kubectl.ts';
import { pairManifest, ScenarioPair } from './pair.ts';
import { clusterName, scenarioLabel } from './settings.ts';

/** Times, counts and outcomes of one scenario; a unit stands in the name of each time. */
export type Measurements = Record<string, number | boolean | readonly number[]>;

/** What a scenario works with: a namespace of its own on the cluster. */
export interface Scene {
  readonly cluster: Cluster;
  readonly namespace: string;
  /** For reading; writes go through kubectl, as a user's do. */
  readonly client: KubeClient & PodLogs;
  readonly kubectl: Kubectl;
  /** What the report shows of this scenario. */
  readonly measurements: Measurements;
  startEtcd(members?: 1 | 3): Promise<ScenarioEtcd>;
  /** Applies a pair: rootcoord of a Milvus 2.5 on the scenario's etcd, unless the spec says otherwise. */
  applyPair(name?: string, spec?: object): Promise<ScenarioPair>;
  /** A pair that was, or will be, made otherwise. */
  pair(name: string): ScenarioPair;
}

/** Lower-case words joined by hyphens, short enough for a name with something behind it. */
export function slug(title: string): string {
  return title
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, 40)
    .replace(/-$/, '');
}

/** A namespace of its own on the cluster, gone when it is disposed. */
export async function openScene(title: string): Promise<AsyncDisposable & { readonly scene: Scene }> {
  const cluster = connectCluster(clusterName);
  const namespace = `${slug(title)}-${randomBytes(2).toString('hex')}`;
  const kubectl = new Kubectl(cluster.kubeconfigPath, namespace);
  const client = createKubeClient({ kubeconfig: cluster.kubeconfigPath, version: 'test', component: 'e2e' });
  await kubectl.apply({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: namespace, labels: { [scenarioLabel]: slug(title) } },
  });
  const pair = (name: string) => new ScenarioPair(name, namespace, client, kubectl);
  const scene: Scene = {
    cluster,
    namespace,
    client,
    kubectl,
    measurements: {},
    startEtcd: (members = 1) => startEtcd(kubectl, members),
    applyPair: async (name = 'rootcoord', spec = {}) => {
      await kubectl.apply(pairManifest(name, spec));
      return pair(name);
    },
    pair,
  };
  return {
    scene,
    [Symbol.asyncDispose]: async () => {
      await kubectl.run(['delete', 'namespace', namespace, '--wait=false']);
      await client[Symbol.asyncDispose]();
    },
  };
}
