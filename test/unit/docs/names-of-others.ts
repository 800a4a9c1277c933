/** Names on the pages that look like the product's and are somebody else's; a page may say them. */
export const namesOfOthers = [
  // Milvus' configuration
  'common.session.ttl',
  'dataCoord.enableGarbageCollection',
  'minio.address',
  'minio.port',
  'mq.type',
  'queryCoord.ip',
  'rootCoord.enableActiveStandby',
  'rootCoord.ip',
  // Values of the Helm chart of Milvus
  'heaptrack.enabled',
  'profiling.enabled',
  'rootCoord.activeStandby.enabled',
  'rootCoordinator.activeStandby.enabled',
  'rootCoordinator.enabled',
  'rootCoordinator.replicas',
  'xxxCoordinator.activeStandby.enabled',
  'xxxCoordinator.replicas',
  // Fields of milvus-operator's Milvus
  'spec.components.rootCoord.replicas',
  'spec.config.dataCoord.enableGarbageCollection',
  'spec.config.rootCoord.enableActiveStandby',
  // Kubernetes
  '--cascade',
  '--namespace',
  'Pending',
  'ReadWriteMany',
  'cluster.local',
  'milvus.milvus.svc',
  'selector.matchLabels',
  'spec.replicas',
  // Keys of Secrets, fields of log lines, files
  'ca.crt',
  'data.part',
  'install.yaml',
  'pair.name',
  'pair.namespace',
  'tls.crt',
  'tls.key',
  // etcdctl
  '--endpoints',
  // The tests' own
  'Ledger',
  // Code of Milvus
  'TriggerKill',
] as const;
