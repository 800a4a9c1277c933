import type { PairManifest, RuleExample } from './pairs.ts';
import { minimalSpec, pair } from './pairs.ts';

const workloadRef = { kind: 'Deployment', name: 'my-release-milvus-rootcoord' };
/** A pair that looks after a Deployment, with these changes. */
export const attached = (changes: Readonly<Record<string, unknown>> = {}, name?: string): PairManifest =>
  pair({ image: undefined, workloadRef, ...changes }, name);

const refuses = (
  about: string,
  changes: Readonly<Record<string, unknown>>,
  sentence: string,
  accepted = attached(),
): RuleExample => ({ about, accepted, refused: attached(changes), sentence });

const oneOfTwo =
  "exactly one of `image` and `workloadRef` must be set: `image` runs pods of the pair's own, `workloadRef` looks after those that somebody else runs";
const noPod = '`pod` must be left out beside `workloadRef`: the pods are made by the workload, set it there';

/** What every field of `pod` may hold. */
export const podSettings: Readonly<Record<string, unknown>> = {
  resources: { limits: { memory: '1Gi' } },
  nodeSelector: { disk: 'ssd' },
  affinity: {},
  tolerations: [],
  topologySpreadConstraints: [],
  extraEnv: [],
  extraVolumes: [],
  extraVolumeMounts: [],
  labels: { team: 'search' },
  annotations: { note: 'kept' },
  priorityClassName: 'high',
  serviceAccountName: 'milvus',
  imagePullSecrets: [],
  podSecurityContext: {},
  containerSecurityContext: {},
  terminationGracePeriodSeconds: 30,
  heaptrack: { enabled: true },
  profiling: { enabled: true },
};

/** What the rule says that compares with the old object. */
export const workloadMayNotChange =
  '`workloadRef` must not be added, removed or lead to another workload: delete this CoordinatorPair, which leaves the workload as it is, and make another one';

/** Looking after a workload in place of running pods. */
export const workloadRules: readonly RuleExample[] = [
  {
    about: 'neither image nor workload',
    accepted: attached(),
    refused: pair({ image: undefined }),
    sentence: oneOfTwo,
  },
  refuses('an image beside a workload', { image: 'milvusdb/milvus:v2.4.15' }, oneOfTwo, pair()),
  ...Object.entries(podSettings).map(([field, value]) =>
    refuses(`pod.${field} beside a workload`, { pod: { [field]: value } }, noPod, attached({ pod: {} })),
  ),
  refuses(
    'config beside a workload',
    { config: { inline: { log: { level: 'warn' } } } },
    '`config` must be left out beside `workloadRef`: Milvus is configured by whoever makes the workload',
  ),
  refuses(
    'etcd.kvSubPath beside a workload',
    { etcd: { ...minimalSpec.etcd, kvSubPath: 'kv2' } },
    "`etcd.kvSubPath` must be left out beside `workloadRef`: set it where the workload's Milvus is configured",
  ),
  refuses(
    'sessionTTLSeconds beside a workload',
    { sessionTTLSeconds: 30 },
    "`sessionTTLSeconds` must be left out beside `workloadRef`: set common.session.ttl where the workload's Milvus is configured",
  ),
  refuses(
    'imagePullPolicy beside a workload',
    { imagePullPolicy: 'Always' },
    '`imagePullPolicy` must be left out beside `workloadRef`: the workload has its own',
  ),
  refuses(
    'placement beside a workload',
    { placement: 'Required' },
    '`placement` must be left out beside `workloadRef`: where the pods run is set in the workload',
  ),
  ...['Paused', 'Supervised'].map((policy) =>
    refuses(
      `rollout.policy ${policy} beside a workload`,
      { rollout: { policy } },
      '`rollout` must be left out beside `workloadRef`: the workload renews its pods itself',
    ),
  ),
  refuses(
    'runState beside a workload',
    { runState: 'Stopped' },
    '`runState` must be left out beside `workloadRef`: scale the workload instead',
  ),
  ...['Rootcoord', 'a/b', '-a'].map((name) =>
    refuses(
      `the workload name ${name}`,
      { workloadRef: { ...workloadRef, name } },
      '`workloadRef.name` must be the name of a Deployment or StatefulSet',
      attached({ workloadRef: { kind: 'StatefulSet', name: 'my.release-0' } }),
    ),
  ),
  refuses(
    'a version without active-standby, of a workload',
    { version: '2.2.2' },
    'the Milvus version must be 2.2.3 or newer: older versions have no working active-standby mode',
    attached({ version: '2.2.3' }),
  ),
];
