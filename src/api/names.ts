/** The API group of this project. */
export const GROUP = 'ha.milvus.io';

/** The version of the API that this program reads and writes. */
export const VERSION = 'v1alpha1';

/** How the API server addresses CoordinatorPairs. */
export const coordinatorPairKind = {
  group: GROUP,
  version: VERSION,
  kind: 'CoordinatorPair',
  plural: 'coordinatorpairs',
  namespaced: true,
} as const;

/** How the API server addresses EtcdGuards. */
export const etcdGuardKind = {
  group: GROUP,
  version: VERSION,
  kind: 'EtcdGuard',
  plural: 'etcdguards',
  namespaced: true,
} as const;

/** How the API server addresses EtcdRecoveries. */
export const etcdRecoveryKind = {
  group: GROUP,
  version: VERSION,
  kind: 'EtcdRecovery',
  plural: 'etcdrecoveries',
  namespaced: true,
} as const;

/** The name of this program: field manager, value of the managed-by label, reporter of events. */
export const OPERATOR = 'coordinator-pair-operator';

/** Label keys. */
export const labels = {
  /** Kubernetes' recommended labels. */
  name: 'app.kubernetes.io/name',
  instance: 'app.kubernetes.io/instance',
  component: 'app.kubernetes.io/component',
  managedBy: 'app.kubernetes.io/managed-by',
  /** On every child and pod: the name of the pair. */
  pair: `${GROUP}/pair`,
  /** On pods: `active` or `standby`, put on by observation of etcd; absent when neither. */
  role: `${GROUP}/role`,
} as const;

/** The values of the role label. */
export type RoleLabel = 'active' | 'standby';

/** Annotation keys. */
export const annotations = {
  /** On a pair, by its user: a new value asks for a switchover. */
  switchover: `${GROUP}/switchover`,
  /** On a pair, by its user: the id of a proposal that may be carried out. */
  approve: `${GROUP}/approve`,
  /** On a pair, by its user: a new value asks for a rolling restart. On pods: the value they were last restarted for. */
  restart: `${GROUP}/restart`,
  /**
   * On a pair, by its user: reasons of SpecValid that come from rules of releases (docs/reference/releases.md) and do not
   * hold for the Milvus build that the pair runs, separated by commas.
   */
  ignoreReleaseRules: `${GROUP}/ignore-release-rules`,
  /** On a pair, by an EtcdRecovery: its own uid, for as long as no coordinator may run because etcd is rebuilt. */
  suspendedBy: `${GROUP}/suspended-by`,
  /**
   * On a pair, by an EtcdRecovery that rebuilt its etcd: its own name. Milvus removes no data that its metadata does not
   * name until a person takes the annotation away.
   */
  garbageCollectionOff: `${GROUP}/garbage-collection-off`,
  /** On the StatefulSet of an etcd: the EtcdRecovery that stopped it so that it does not split. */
  fencedBy: `${GROUP}/fenced-by`,
  /** Beside it: the generation of the StatefulSet at which nothing of it ran; with another one the mark is void. */
  fencedGeneration: `${GROUP}/fenced-generation`,
  /** On the StatefulSet of an etcd that lost its quorum while a member was replaced: its update strategy as it was (JSON). */
  updateStrategyBefore: `${GROUP}/update-strategy-before`,
  /** On a StatefulSet and its pods: the hash of the pod template that the pair's spec asks for. */
  templateHash: `${GROUP}/template-hash`,
  /** On pods: the hash of the user.yaml they were made for. */
  configHash: `${GROUP}/config-hash`,
} as const;

/** The labels by which children and pods of a pair are found and grouped. */
export function pairLabels(pair: string, role: string): Readonly<Record<string, string>> {
  return {
    [labels.name]: 'milvus',
    [labels.instance]: pair,
    [labels.component]: role,
    [labels.managedBy]: OPERATOR,
    [labels.pair]: pair,
  };
}

/** The selector of a pair's pods: the one label that never changes. */
export function podSelector(pair: string): Readonly<Record<string, string>> {
  return { [labels.pair]: pair };
}

/** The same as text, for list calls and `status.selector`. */
export const podSelectorText = (pair: string): string => `${labels.pair}=${pair}`;

/** The StatefulSet that runs the two pods; the pods are `<pair>-0` and `<pair>-1`. */
export const statefulSetName = (pair: string): string => pair;

/** The PodDisruptionBudget over the two pods. */
export const pdbName = (pair: string): string => pair;

/**
 * The headless Service of the StatefulSet. No Service has the bare name of a pair: one named `rootcoord` would put
 * ROOTCOORD_PORT=tcp://... into every container of the namespace that has service links, and Milvus reads that as
 * `rootCoord.port`.
 */
export const headlessServiceName = (pair: string): string => `${pair}-headless`;

/** The Service whose endpoint is the ACTIVE. */
export const activeServiceName = (pair: string): string => `${pair}-active`;

/** The ConfigMap made from `spec.config.inline`. */
export const configMapName = (pair: string): string => `${pair}-config`;

/** The volumes that the operator adds to a pod; names that begin with `pair-` are refused in `pod.extraVolumes`. */
export const volumes = { config: 'pair-config', etcdTLS: 'pair-etcd-tls', tools: 'pair-tools' } as const;
