import type { PairManifest, RuleExample } from './pairs.ts';
import { pair } from './pairs.ts';

const pod = (changes: Readonly<Record<string, unknown>>): PairManifest => pair({ pod: changes });
const environment = (name: string): PairManifest => pod({ extraEnv: [{ name, value: 'x' }] });

const operatorsOwn =
  '`pod.extraEnv` must not set what the operator sets: the etcd connection (ETCD_ENDPOINTS and so on: use `etcd`), the session TTL (use `sessionTTLSeconds`) and METRICS_PORT';
const flagOrPort =
  "`pod.extraEnv` must not set the active-standby flag (…_ENABLE_ACTIVE_STANDBY) or the port of the pair's own coordinators: a pair always runs with the flag, and its Services lead to Milvus' own ports";
const addressInEnvironment =
  '`pod.extraEnv` must not set the address of a coordinator, such as ROOT_COORD_IP: ACTIVE and STANDBY would register one address, and Milvus would call the wrong one after a failover';
/** What users add to the pods. */
export const podRules: readonly RuleExample[] = [
  ...['ROOT_COORD_IP', 'rootCoord.ip', 'MILVUS_CONF_MIXCOORD_IP'].map((name) => ({
    about: `no variable ${name}`,
    accepted: environment('ROOT_COORD_MAX_PARTITION_NUM'),
    refused: environment(name),
    sentence: addressInEnvironment,
  })),
  ...[
    'ETCD_ENDPOINTS',
    'etcd.rootPath',
    'ETCD_META_SUB_PATH',
    'MILVUS_CONF_ETCD_KVSUBPATH',
    'ETCD_AUTH_PASSWORD',
    'ETCD_SSL_TLS_CERT',
    'COMMON_SESSION_TTL',
    'METRICS_PORT',
  ].map((name) => ({
    about: `no variable ${name}`,
    accepted: environment('ETCD_REQUEST_TIMEOUT'),
    refused: environment(name),
    sentence: operatorsOwn,
  })),
  ...[
    ['rootcoord', 'ROOT_COORD_ENABLE_ACTIVE_STANDBY', 'DATA_COORD_ENABLE_ACTIVE_STANDBY'],
    ['rootcoord', 'ROOT_COORD_PORT', 'QUERY_COORD_PORT'],
    ['datacoord', 'milvus.datacoord.port', 'INDEX_COORD_PORT'],
    ['querycoord', 'querycoord_enableactivestandby', 'rootcoord_enableactivestandby'],
    ['mixcoord', 'MILVUS_CONF_DATACOORD_PORT', 'DATA_NODE_PORT'],
    ['mixcoord', 'INDEX_COORD_ENABLE_ACTIVE_STANDBY', 'DATA_COORD_SEGMENT_MAXSIZE'],
  ].map(([role, own = '', other = '']) => ({
    about: `no variable ${own} of a ${role}`,
    accepted: pair({ role, pod: { extraEnv: [{ name: other, value: 'x' }] } }),
    refused: pair({ role, pod: { extraEnv: [{ name: own, value: 'x' }] } }),
    sentence: flagOrPort,
  })),
  {
    about: 'the folder of the configuration',
    accepted: environment('MILVUS_CONFIG'),
    refused: environment('MILVUSCONF'),
    sentence:
      '`pod.extraEnv` must not set MILVUSCONF: Milvus would read its configuration from another folder than the one into which `config` is mounted',
  },
  {
    about: 'a value or a source of it',
    accepted: pod({ extraEnv: [{ name: 'A', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } }, { name: 'B' }] }),
    refused: pod({ extraEnv: [{ name: 'A', value: 'x', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } }] }),
    sentence: 'an entry of `pod.extraEnv` must not have both `value` and `valueFrom`',
  },
  {
    about: "volume names that are not the operator's",
    accepted: pod({ extraVolumes: [{ name: 'cache', emptyDir: {} }] }),
    refused: pod({ extraVolumes: [{ name: 'pair-config', emptyDir: {} }] }),
    sentence: "the name of an entry of `pod.extraVolumes` must not begin with `pair-`: such volumes are the operator's",
  },
  {
    about: 'absolute mount paths',
    accepted: pod({ extraVolumeMounts: [{ name: 'cache', mountPath: '/cache' }] }),
    refused: pod({ extraVolumeMounts: [{ name: 'cache', mountPath: 'cache' }] }),
    sentence: 'the `mountPath` of an entry of `pod.extraVolumeMounts` must begin with a slash',
  },
  ...['/milvus/configs', '/milvus/configs/user.yaml', '/milvus/etcd-tls/'].map((mountPath) => ({
    about: `a mount path other than ${mountPath}`,
    accepted: pod({ extraVolumeMounts: [{ name: 'c', mountPath: '/milvus/configs/advanced' }] }),
    refused: pod({ extraVolumeMounts: [{ name: 'c', mountPath }] }),
    sentence:
      'the `mountPath` of an entry of `pod.extraVolumeMounts` must not be /milvus/configs, /milvus/configs/user.yaml or /milvus/etcd-tls: use `config` and `etcd.tls`',
  })),
  ...['ha.milvus.io/role', 'app.kubernetes.io/name'].map((key) => ({
    about: `no label ${key}`,
    accepted: pod({ labels: { team: 'search', 'example.com/app': 'x' } }),
    refused: pod({ labels: { [key]: 'x' } }),
    sentence: "`pod.labels` must not have keys below ha.milvus.io/ or app.kubernetes.io/: they are the operator's",
  })),
  ...[
    { extraVolumeMounts: [{ name: 'c', mountPath: '/milvus/tools/' }] },
    { extraEnv: [{ name: 'LD_LIBRARY_PATH', value: '/lib' }] },
  ].map((changes) => ({
    about: `no ${Object.keys(changes).join()} of what heaptrack has`,
    accepted: pod({ ...changes, heaptrack: { enabled: false } }),
    refused: pod({ ...changes, heaptrack: { enabled: true } }),
    sentence:
      'with `pod.heaptrack` neither a `mountPath` /milvus/tools in `pod.extraVolumeMounts` nor LD_LIBRARY_PATH in `pod.extraEnv` can be set: heaptrack has both',
  })),
  {
    about: "annotations that are not the operator's",
    accepted: pod({ annotations: { 'example.com/note': 'x' } }),
    refused: pod({ annotations: { 'ha.milvus.io/template-hash': 'x' } }),
    sentence: "`pod.annotations` must not have keys below ha.milvus.io/: they are the operator's",
  },
];
