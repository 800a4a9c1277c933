import type { CoordinatorPair } from '../../../../src/api/coordinator-pair.ts';
import { labels } from '../../../../src/api/names.ts';
import type { KubeClient } from '../../../../src/kube/client.ts';
import type { Pod } from '../../../../src/kube/core-types.ts';
import type { KubeObject } from '../../../../src/kube/objects.ts';
import type { PairCaches } from '../../../../src/pair/caches.ts';
import { PairMemory } from '../../../../src/pair/memory.ts';
import { Workloads } from '../../../../src/pair/workloads.ts';
import { VirtualClock } from '../../../support/virtual-clock.ts';
import { fakeClient } from '../../kube/fake-client.ts';
import { anAttachedPair } from './attached.ts';
import { FakeStores } from './fake-stores.ts';
import { noProbes } from './no-probes.ts';

const selector = { component: 'rootcoord' };

/** A pod that carries the Deployment's labels, made by the Deployment unless said otherwise. */
export function workloadPod(name: string, { owner = 'uid-of-set', phase = 'Running', role = '' } = {}): Pod {
  const reference = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'set', uid: owner, controller: true };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: 'milvus',
      uid: `uid-of-${name}`,
      resourceVersion: '1',
      labels: { ...selector, ...(role === '' ? {} : { [labels.role]: role }) },
      ownerReferences: [reference],
    },
    status: {
      phase,
      podIP: '10.0.0.1',
      containerStatuses: [
        { name: 'log-shipper', ready: true, restartCount: 0, containerID: `containerd://log-shipper-of-${name}` },
        { name: 'rc', ready: true, restartCount: 3, containerID: `containerd://rc-of-${name}` },
      ],
    },
  };
}

/** A namespace with a Deployment and its pods, and what the operator asks and changes there. */
export class WorkloadWorld {
  pair: CoordinatorPair = anAttachedPair();
  others: readonly CoordinatorPair[] = [];
  departed: readonly Pod[] = [];
  pods: readonly Pod[] = [workloadPod('a'), workloadPod('b')];
  deployment: KubeObject | undefined = deployment({ matchLabels: selector });
  /** Those of the Deployment's template. */
  set containers(containers: readonly object[]) {
    const { spec } = deployment({ matchLabels: selector }) as KubeObject & { readonly spec: object };
    const template = { metadata: { labels: selector }, spec: { containers } };
    this.deployment = { ...deployment({}), spec: { ...spec, template } } as KubeObject;
  }
  /** Whether lists of pods are answered. */
  lists = true;
  readonly calls: string[] = [];
  readonly followed: string[] = [];
  readonly unfollowed: string[] = [];
  readonly patches: object[] = [];
  readonly clock = new VirtualClock();
  readonly memory = new PairMemory(new FakeStores(), noProbes, this.clock, () => undefined);
  readonly client: KubeClient = fakeClient({
    get: ((kind: { kind: string }, name: string) => {
      this.calls.push(`${kind.kind}/${name}`);
      return Promise.resolve(kind.kind === 'ReplicaSet' ? replicaSet : this.deployment);
    }) as never,
    mergePatch: ((_: object, name: string, __: string, patch: object) => {
      this.patches.push({ name, patch });
      return Promise.resolve({});
    }) as never,
  });
  readonly workloads = new Workloads(this.client, this.clock);
  readonly caches: PairCaches = {
    pair: () => this.pair,
    pairs: () => [this.pair, ...this.others],
    pods: () => (this.memory.followedFor === undefined ? [] : this.pods),
    departed: () => this.departed,
    follow: (_, __, labelSelector) => {
      this.followed.push(labelSelector);
      const listed = this.lists ? Promise.resolve() : new Promise<void>(() => undefined);
      return { listed, [Symbol.dispose]: () => void this.unfollowed.push(labelSelector) };
    },
    child: () => undefined,
    budgets: () => [],
    node: () => undefined,
  };
}

/** The Deployment `my-release-rootcoord` with this selector. */
export function deployment(podSelector: object, metadata: object = {}): KubeObject {
  const containers = [{ name: 'rc', image: 'milvusdb/milvus:v2.4.15', args: ['milvus', 'run', 'rootcoord'] }];
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'my-release-rootcoord', namespace: 'milvus', uid: 'uid-of-deployment', ...metadata },
    spec: { replicas: 2, selector: podSelector, template: { metadata: { labels: selector }, spec: { containers } } },
  } as KubeObject;
}

const replicaSet = {
  apiVersion: 'apps/v1',
  kind: 'ReplicaSet',
  metadata: {
    name: 'set',
    uid: 'uid-of-set',
    ownerReferences: [{ kind: 'Deployment', name: 'my-release-rootcoord', uid: 'uid-of-deployment', controller: true }],
  },
};
