import {
  labelName,
  listenAddress,
  logLevel,
  logLevels,
  namespaceList,
  someText,
  subdomainName,
  trueOrFalse,
  wholeNumber,
} from './config-values.ts';

/** One thing that can be set, by a flag or by an environment variable. */
export interface Setting<T> {
  readonly flag: string;
  /** What stands for the value in the help. */
  readonly placeholder: string;
  readonly env: string;
  readonly help: string;
  /** What is accepted, to follow "must be". */
  readonly accepts: string;
  /** As one would type it; absent: there is none, or it is found out at the start (`defaultHelp`). */
  readonly default?: string;
  /** Says where a default that is found out at the start comes from. */
  readonly defaultHelp?: string;
  /** True: may stay unset. */
  readonly optional?: boolean;
  /** undefined: not accepted. */
  readonly parse: (text: string) => T | undefined;
}

const seconds = (help: string, flag: string, env: string, fallback: string, least = 1): Setting<number> => ({
  flag,
  placeholder: '<seconds>',
  env,
  help,
  accepts: `a whole number of seconds from ${least} to 3600`,
  default: fallback,
  parse: wholeNumber(least, 3600),
});

/** Everything that can be set: the single source of the flags, the help and docs/configuration.md. */
export const settings = {
  watchNamespaces: {
    flag: '--watch-namespaces',
    placeholder: '<names>',
    env: 'WATCH_NAMESPACES',
    help: 'Look after the pairs in these namespaces only. Empty: in all.',
    accepts: 'namespace names separated by commas',
    default: '',
    parse: namespaceList,
  },
  watchNodes: {
    flag: '--watch-nodes',
    placeholder: '<true|false>',
    env: 'WATCH_NODES',
    help:
      'Read nodes and their leases: needed to move ACTIVE away from a node that is drained, and to prove that a node ' +
      'is dead. Set to false where the operator may not read nodes.',
    accepts: 'true or false',
    default: 'true',
    parse: trueOrFalse,
  },
  etcdGuard: {
    flag: '--etcd-guard',
    placeholder: '<true|false>',
    env: 'ETCD_GUARD',
    help: 'Look after EtcdGuards. Set to false where their CustomResourceDefinition is not installed.',
    accepts: 'true or false',
    default: 'true',
    parse: trueOrFalse,
  },
  etcdRepair: {
    flag: '--etcd-repair',
    placeholder: '<true|false>',
    env: 'ETCD_REPAIR',
    help: 'Carry out EtcdRecoveries. Set to false where the operator may not: guards then only say what to do.',
    accepts: 'true or false',
    default: 'true',
    parse: trueOrFalse,
  },
  etcdRepairNamespaces: {
    flag: '--etcd-repair-namespaces',
    placeholder: '<names>',
    env: 'ETCD_REPAIR_NAMESPACES',
    help: 'Carry out EtcdRecoveries in these namespaces only. Empty: wherever guards are looked after.',
    accepts: 'namespace names separated by commas',
    default: '',
    parse: namespaceList,
  },
  allowLocalEndpoints: {
    flag: '--allow-local-endpoints',
    placeholder: '<true|false>',
    env: 'ALLOW_LOCAL_ENDPOINTS',
    help:
      'Dial loopback, link-local and metadata addresses too, where a pair names them or a name resolves to them. ' +
      'For operators that run outside a cluster.',
    accepts: 'true or false',
    default: 'false',
    parse: trueOrFalse,
  },
  allowPlainPasswords: {
    flag: '--allow-plain-passwords',
    placeholder: '<true|false>',
    env: 'ALLOW_PLAIN_PASSWORDS',
    help:
      "Send an etcd password without TLS to endpoints that are no Services of the pair's own namespace. Where the " +
      'network between namespaces is encrypted or trusted.',
    accepts: 'true or false',
    default: 'false',
    parse: trueOrFalse,
  },
  etcdObserveSeconds: seconds(
    'Time between two observations of a guarded etcd that is well; a third of it while something is wrong, half of it while a plan waits.',
    '--etcd-observe-seconds',
    'ETCD_OBSERVE_SECONDS',
    '30',
    10,
  ),
  etcdSettleSeconds: seconds(
    'A guard asks for a recovery once something has been wrong for this long.',
    '--etcd-settle-seconds',
    'ETCD_SETTLE_SECONDS',
    '15',
    5,
  ),
  etcdStartUpSeconds: seconds(
    "A member of etcd that is not ready may still be starting for this long. Longer than a start takes when its peers are dead: bitnami's scripts ask each for 5 s.",
    '--etcd-start-up-seconds',
    'ETCD_START_UP_SECONDS',
    '120',
    60,
  ),
  operatorImage: {
    flag: '--operator-image',
    placeholder: '<image>',
    env: 'OPERATOR_IMAGE',
    help:
      'The image of this program, for the pods that carry a snapshot of etcd from one volume to another. Unset: ' +
      'an etcd is not rebuilt where that is needed.',
    accepts: 'the name of an image',
    optional: true,
    parse: someText,
  },
  concurrency: {
    flag: '--concurrency',
    placeholder: '<count>',
    env: 'CONCURRENCY',
    help: 'How many pairs are reconciled at the same time.',
    accepts: 'a whole number from 1 to 256',
    default: '8',
    parse: wholeNumber(1, 256),
  },
  clusterDomain: {
    flag: '--cluster-domain',
    placeholder: '<domain>',
    env: 'CLUSTER_DOMAIN',
    help: 'DNS domain of the cluster.',
    accepts: 'a DNS domain in lower case, without a dot at its ends',
    default: 'cluster.local',
    parse: subdomainName,
  },
  kubeconfig: {
    flag: '--kubeconfig',
    placeholder: '<file>',
    env: 'KUBECONFIG',
    help: 'How to reach the API server. Unset: the service account of the pod.',
    accepts: 'the path of a kubeconfig file',
    optional: true,
    parse: someText,
  },
  leaderElectionNamespace: {
    flag: '--leader-election-namespace',
    placeholder: '<name>',
    env: 'LEADER_ELECTION_NAMESPACE',
    help: 'Namespace of the Lease by which replicas of the operator elect the one that acts.',
    accepts: 'the name of a namespace',
    defaultHelp: 'POD_NAMESPACE, else the namespace of the service account',
    parse: labelName,
  },
  leaderElectionName: {
    flag: '--leader-election-name',
    placeholder: '<name>',
    env: 'LEADER_ELECTION_NAME',
    help: 'Name of that Lease. Two installations that look after different namespaces need different Leases.',
    accepts: 'the name of a Kubernetes object',
    default: 'coordinator-pair-operator',
    parse: subdomainName,
  },
  leaseDurationSeconds: seconds(
    'A replica that has not renewed for this long is no longer leader.',
    '--leader-election-lease-duration-seconds',
    'LEADER_ELECTION_LEASE_DURATION_SECONDS',
    '15',
  ),
  renewDeadlineSeconds: seconds(
    'A leader that could not renew for this long stops acting. Shorter than the lease duration.',
    '--leader-election-renew-deadline-seconds',
    'LEADER_ELECTION_RENEW_DEADLINE_SECONDS',
    '10',
  ),
  retryPeriodSeconds: seconds(
    'Time between two attempts to become leader or to renew.',
    '--leader-election-retry-period-seconds',
    'LEADER_ELECTION_RETRY_PERIOD_SECONDS',
    '2',
  ),
  healthAddress: {
    flag: '--health-address',
    placeholder: '<address>',
    env: 'HEALTH_ADDRESS',
    help: 'Where /healthz and /readyz are served.',
    accepts: ':port, host:port or [IPv6 address]:port',
    default: ':8081',
    parse: listenAddress,
  },
  metricsAddress: {
    flag: '--metrics-address',
    placeholder: '<address>',
    env: 'METRICS_ADDRESS',
    help: 'Where /metrics is served.',
    accepts: ':port, host:port or [IPv6 address]:port',
    default: ':8080',
    parse: listenAddress,
  },
  logLevel: {
    flag: '--log-level',
    placeholder: '<level>',
    env: 'LOG_LEVEL',
    help: 'The least important messages that are logged. At info nothing is logged while nothing happens.',
    accepts: `one of ${logLevels.join(', ')}`,
    default: 'info',
    parse: logLevel,
  },
  podName: {
    flag: '--pod-name',
    placeholder: '<name>',
    env: 'POD_NAME',
    help: 'Name under which this replica stands for election and reports events.',
    accepts: 'the name of a pod',
    defaultHelp: 'the host name',
    parse: subdomainName,
  },
} as const satisfies Readonly<Record<string, Setting<unknown>>>;

export type SettingName = keyof typeof settings;

/** A value of the right type for each setting; those that may stay unset can be absent. */
export type Settings = {
  readonly [N in SettingName as (typeof settings)[N] extends { optional: true } ? never : N]: Value<N>;
} & { readonly [N in SettingName as (typeof settings)[N] extends { optional: true } ? N : never]?: Value<N> };

type Value<N extends SettingName> = NonNullable<ReturnType<(typeof settings)[N]['parse']>>;
