import { pairManifest } from './pair.ts';

/*
 * What somebody may try who has the role edit in one namespace, and who means harm to the operator or to others by it.
 */

const guardManifest = (name: string, spec: object = {}): object => ({
  apiVersion: 'ha.milvus.io/v1alpha1',
  kind: 'EtcdGuard',
  metadata: { name },
  spec: { statefulSetName: name, ...spec },
});

const recoveryManifest = (name: string, spec: object): object => ({
  apiVersion: 'ha.milvus.io/v1alpha1',
  kind: 'EtcdRecovery',
  metadata: { name },
  spec: { guardName: 'huge', action: 'RestartQuorum', ...spec },
});

const configMap = (name: string, data: object): object => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name },
  data,
});

/** Pods that fit no node: the machine has work enough. */
const nowhere = { nodeSelector: { nowhere: 'yes' } };

const pair = (name: string, spec: object): object => pairManifest(name, { pod: nowhere, ...spec });

/** Objects that the API server takes from an editor. */
export function allowedToEdit({
  etcdImage,
  victim,
}: {
  readonly etcdImage: string;
  /** The namespace of the other tenant, with an etcd and a pair `rootcoord`. */
  readonly victim: string;
}): readonly object[] {
  return [...configurations(), ...endpoints(victim), ...guards(etcdImage), ...crowd(), ...lookalikes()];
}

/** Three configurations that stand for more than anybody can read, and a pair for each. */
function configurations(): readonly object[] {
  const doubling = Array.from({ length: 40 }, (_, i) => `a${i + 1}: &a${i + 1} [*a${i}, *a${i}]`);
  const texts = {
    doubling: ['a0: &a0 {x: 1}', ...doubling].join('\n'),
    'in-itself': 'a: &a {b: *a}',
    large: `a: ${'x'.repeat(900_000)}`,
  };
  return Object.entries(texts).flatMap(([name, text]) => [
    configMap(name, { 'user.yaml': text }),
    pair(name, { config: { configMapName: name } }),
  ]);
}

/** Pairs whose etcd is nowhere, is silent, is something else, or is none of theirs. */
function endpoints(victim: string): readonly object[] {
  const places = [
    `etcd.${victim}:2379`,
    '169.254.169.254:80',
    'localhost:8081',
    '127.0.0.1:8080',
    'kubernetes.default.svc:443',
    'nowhere:2379',
  ];
  // RFC 5737: nobody has these.
  const silent = Array.from({ length: 16 }, (_, i) => `198.51.100.${i + 1}:2379`);
  return [...places, ...silent].map((endpoint, i) => pair(`elsewhere-${i}`, { etcd: { endpoints: [endpoint] } }));
}

/** StatefulSets that are no etcds, with a guard each. */
function guards(image: string): readonly object[] {
  const shout =
    'for i in 1 2 3; do printf "eyJ%.0s" $(seq 20000); echo; printf "a 11:11:11%60000s" x; echo; done; sleep 2; exit 1';
  const sets = {
    // Kubernetes' own StatefulSet controller makes a pod in memory for each: 2^31 of them took 22 GB of it.
    huge: { replicas: 1_000, pod: nowhere, container: {} },
    wordy: {
      replicas: 1,
      pod: nowhere,
      container: {
        args: [`--initial-cluster=${'$(A)'.repeat(4_000)}`],
        env: [{ name: 'A', value: 'x'.repeat(30_000) }],
      },
    },
    loud: { replicas: 1, pod: {}, container: { command: ['bash', '-c', shout] } },
  };
  return Object.entries(sets).flatMap(([name, { replicas, pod: podSpec, container }]) => [
    {
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata: { name },
      spec: {
        replicas,
        serviceName: name,
        selector: { matchLabels: { app: name } },
        template: {
          metadata: { labels: { app: name } },
          spec: { ...podSpec, containers: [{ name: 'etcd', image, imagePullPolicy: 'IfNotPresent', ...container }] },
        },
      },
    },
    guardManifest(name, { auth: { secretName: 'none' } }),
  ]);
}

/** Many at once. */
function crowd(): readonly object[] {
  return [
    ...Array.from({ length: 10 }, (_, i) => pair(`crowd-${i}`, {})),
    ...Array.from({ length: 10 }, (_, i) => recoveryManifest(`asked-${i}`, {})),
  ];
}

/** What looks like the operator's own, or like that of a pair. */
function lookalikes(): readonly object[] {
  return [
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'etcd-0b6d9f0e-51f4-4f0e-9d5b-0f1f7a6a7c11-transfer' },
      stringData: { key: 'k'.repeat(64) },
    },
    { apiVersion: 'v1', kind: 'Service', metadata: { name: 'crowd-0-active' }, spec: { ports: [{ port: 53100 }] } },
    {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: { name: 'everything' },
      spec: { maxUnavailable: 0, selector: {} },
    },
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name: 'crowd-0-0',
        labels: { 'app.kubernetes.io/name': 'milvus', 'app.kubernetes.io/instance': 'crowd-0' },
        annotations: { 'ha.milvus.io/approve': 'DeletePod' },
      },
      spec: { ...nowhere, containers: [{ name: 'milvus', image: 'none' }] },
    },
  ];
}

/** What an editor is refused, and the words that say why. */
export function refusedToEdit(): readonly { readonly object: object; readonly words: string }[] {
  const alone = 'are written by the operator alone';
  const approve = 'may only be set';
  const journal = {
    recovery: { uid: '0', name: 'forged' },
    changes: [],
    steps: [],
    notes: { manifest: { kind: 'Pod' } },
  };
  const own = { metadata: { name: 'etcd-recovery-huge' } };
  return [
    { object: configMap('etcd-recovery-huge', { journal: JSON.stringify(journal) }), words: alone },
    { object: { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', ...own }, words: alone },
    {
      object: {
        apiVersion: 'batch/v1',
        kind: 'Job',
        metadata: { name: 'etcd-0b6d9f0e-51f4-4f0e-9d5b-0f1f7a6a7c11-prepare-0' },
        spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'script', image: 'none' }] } } },
      },
      words: alone,
    },
    { object: recoveryManifest('approved', { approval: { planHash: 'x' } }), words: approve },
    { object: guardManifest('lenient', { policy: { replaceVolume: 'Auto' } }), words: approve },
    { object: pair('lenient', { remediation: { lostNode: 'Auto' } }), words: approve },
  ];
}
