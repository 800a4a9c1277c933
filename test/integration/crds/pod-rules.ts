import type { PairManifest, RuleExample } from './pairs.ts';
import { pair } from './pairs.ts';

const pod = (changes: Readonly<Record<string, unknown>>): PairManifest => pair({ pod: changes });
const environment = (name: string): PairManifest => pod({ extraEnv: [{ name, value: 'x' }] });

const operatorsOwn =
  '`pod.extraEnv` must not set what the operator sets: the active-standby flag (…_ENABLE_ACTIVE_STANDBY), ports, the etcd connection (ETCD_ENDPOINTS and so on: use `etcd`), the session TTL (use `sessionTTLSeconds`) and MILVUSCONF';
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
    'ROOT_COORD_ENABLE_ACTIVE_STANDBY',
    'querycoord_enableactivestandby',
    'DATA_COORD_PORT',
    'ETCD_ENDPOINTS',
    'etcd.rootPath',
    'ETCD_META_SUB_PATH',
    'ETCD_AUTH_PASSWORD',
    'ETCD_SSL_TLS_CERT',
    'COMMON_SESSION_TTL',
    'METRICS_PORT',
    'MILVUSCONF',
  ].map((name) => ({
    about: `no variable ${name}`,
    accepted: environment('ETCD_REQUEST_TIMEOUT'),
    refused: environment(name),
    sentence: operatorsOwn,
  })),
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
  {
    about: "annotations that are not the operator's",
    accepted: pod({ annotations: { 'example.com/note': 'x' } }),
    refused: pod({ annotations: { 'ha.milvus.io/template-hash': 'x' } }),
    sentence: "`pod.annotations` must not have keys below ha.milvus.io/: they are the operator's",
  },
];
