import { milvusEtcdImage, startUpImage, type EtcdRelease } from '../../images/etcd-images.ts';
import { etcdImage } from '../../images/build.ts';
import { secretNames } from './etcd-access.ts';

/** What the image does before etcd starts; see StartUp in src/etcdcare. */
export type Generation = 'M' | 'G1' | 'Plain';

/** How the chart of etcd is told to render; defaults are those of Milvus' values where nothing else is said. */
export interface EtcdOptions {
  readonly generation: Generation;
  /** Of the image's etcd; Plain has only the newest. */
  readonly release: EtcdRelease;
  /** Clients and peers must show a certificate, and get one to see (auth.client and auth.peer of the chart). */
  readonly tls: boolean;
  /** Authentication is on, with the user root (auth.rbac of the chart). */
  readonly auth: boolean;
  /** Members of the initial cluster; the number of pods is changed by scaling. */
  readonly members: number;
  /** The chart says `new` when it is installed, `existing` when it is upgraded. */
  readonly initialClusterState: 'new' | 'existing';
  readonly quotaBytes: number;
  /** Absent: the cluster's default class. */
  readonly storageClass?: string;
  /**
   * The chart's volumePermissions: a container of root makes the volume the user's. Needed where a volume is a folder that
   * takes no notice of fsGroup, and refused where pods are restricted.
   */
  readonly volumePermissions: boolean;
  /** The chart: 60 s after the start, every 30 s, killed after five failures. */
  readonly liveness: {
    readonly initialDelaySeconds: number;
    readonly periodSeconds: number;
    readonly failureThreshold: number;
  };
  /** For how long the start-up scripts wait for each peer that is silent: 5 s in the images, less here. */
  readonly askSeconds: number;
  /** RollingUpdate in the chart. */
  readonly updateStrategy: 'RollingUpdate' | 'OnDelete';
}

/** What is used where a scenario does not say otherwise. */
export const defaultEtcdOptions: EtcdOptions = {
  generation: 'M',
  release: '3.5.35',
  tls: false,
  auth: false,
  members: 3,
  initialClusterState: 'new',
  quotaBytes: 4 * 1024 ** 3,
  volumePermissions: true,
  liveness: { initialDelaySeconds: 60, periodSeconds: 30, failureThreshold: 5 },
  askSeconds: 1,
  updateStrategy: 'RollingUpdate',
};

/** The user and group that etcd runs as, and its volume belongs to. */
export const etcdUser = 1001;

const certificates = '/opt/bitnami/etcd/certs';

const certificateFiles = {
  ETCD_CERT_FILE: `${certificates}/tls.crt`,
  ETCD_KEY_FILE: `${certificates}/tls.key`,
  ETCD_TRUSTED_CA_FILE: `${certificates}/ca.crt`,
  ETCD_CLIENT_CERT_AUTH: 'true',
  ETCD_PEER_CERT_FILE: `${certificates}/tls.crt`,
  ETCD_PEER_KEY_FILE: `${certificates}/tls.key`,
  ETCD_PEER_TRUSTED_CA_FILE: `${certificates}/ca.crt`,
  ETCD_PEER_CLIENT_CERT_AUTH: 'true',
};

const domainOf = (name: string, namespace: string): string => `${name}-headless.${namespace}.svc.cluster.local`;

/**
 * The objects of an etcd as the chart renders them for Milvus (bitnami etcd 6.3.3 and 8.12.0: names, labels, ports,
 * probes, environment, Parallel, one claim a pod), but for readiness: asked from the first second on, and of etcd itself where
 * no certificate is needed. To run the health check's script in the container costs far more than a request: with many members
 * at once, starting such processes took a large part of the processors.
 */
export async function etcdObjects(name: string, namespace: string, options: EtcdOptions): Promise<readonly object[]> {
  const labels = { 'app.kubernetes.io/name': 'etcd', 'app.kubernetes.io/instance': name };
  const metadata = { name, labels };
  const ports = [
    { name: 'client', port: 2379, targetPort: 'client' },
    { name: 'peer', port: 2380, targetPort: 'peer' },
  ];
  return [
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: `${name}-headless`, labels },
      spec: { clusterIP: 'None', publishNotReadyAddresses: true, selector: labels, ports },
    },
    { apiVersion: 'v1', kind: 'Service', metadata, spec: { selector: labels, ports } },
    {
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata,
      spec: {
        serviceName: `${name}-headless`,
        replicas: options.members,
        podManagementPolicy: 'Parallel',
        updateStrategy: { type: options.updateStrategy },
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: await podSpec(name, namespace, labels, options) },
        volumeClaimTemplates: [claimTemplate(options.storageClass)],
      },
    },
  ];
}

async function podSpec(name: string, namespace: string, labels: object, options: EtcdOptions): Promise<object> {
  const scripts = '/opt/bitnami/scripts/etcd';
  const plain = options.generation === 'Plain';
  const health = plain ? ['etcdctl', 'endpoint', 'health'] : [`${scripts}/healthcheck.sh`];
  const probe = { exec: { command: health }, timeoutSeconds: 10 };
  const readiness = options.tls ? probe : { httpGet: { path: '/health', port: 'client' }, timeoutSeconds: 10 };
  const mount = { name: 'data', mountPath: '/bitnami/etcd' };
  const apart = { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: labels } };
  return {
    affinity: {
      podAntiAffinity: {
        preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, podAffinityTerm: apart }],
      },
    },
    securityContext: { fsGroup: etcdUser },
    terminationGracePeriodSeconds: 10,
    initContainers: options.volumePermissions
      ? [
          {
            name: 'volume-permissions',
            image: milvusEtcdImage,
            command: ['chown', '-R', `${etcdUser}:${etcdUser}`, '/bitnami/etcd'],
            securityContext: { runAsUser: 0 },
            volumeMounts: [mount],
          },
        ]
      : [],
    containers: [
      {
        name: 'etcd',
        image: await imageOf(options),
        imagePullPolicy: 'IfNotPresent',
        ...(plain ? { command: ['etcd'] } : {}),
        securityContext: {
          runAsNonRoot: true,
          runAsUser: etcdUser,
          allowPrivilegeEscalation: false,
          capabilities: { drop: ['ALL'] },
          seccompProfile: { type: 'RuntimeDefault' },
        },
        env: environment(name, namespace, options),
        ports: [
          { name: 'client', containerPort: 2379 },
          { name: 'peer', containerPort: 2380 },
        ],
        ...(plain ? {} : { lifecycle: { preStop: { exec: { command: [`${scripts}/prestop.sh`] } } } }),
        livenessProbe: { ...probe, ...options.liveness },
        readinessProbe: {
          ...readiness,
          initialDelaySeconds: 1,
          periodSeconds: options.tls ? 5 : 2,
          failureThreshold: 3,
        },
        resources: { requests: { cpu: '20m', memory: '64Mi' } },
        volumeMounts: [
          mount,
          ...(options.tls ? [{ name: 'certificates', mountPath: certificates, readOnly: true }] : []),
        ],
      },
    ],
    volumes: options.tls
      ? [{ name: 'certificates', secret: { secretName: secretNames(name).tls, defaultMode: 0o440 } }]
      : [],
  };
}

async function imageOf({ generation, release }: EtcdOptions): Promise<string> {
  return generation === 'Plain' ? etcdImage() : startUpImage(generation, release);
}

function environment(name: string, namespace: string, options: EtcdOptions): readonly object[] {
  const domain = domainOf(name, namespace);
  const scheme = options.tls ? 'https' : 'http';
  const ordinals = Array.from({ length: options.members }, (_, ordinal) => ordinal);
  const values = {
    MY_STS_NAME: name,
    ETCDCTL_API: '3',
    ETCD_ON_K8S: 'yes',
    ETCD_START_FROM_SNAPSHOT: 'no',
    ETCD_DISASTER_RECOVERY: 'no',
    ETCD_NAME: '$(MY_POD_NAME)',
    ETCD_DATA_DIR: '/bitnami/etcd/data',
    ETCD_LOG_LEVEL: 'info',
    ...(options.auth ? {} : { ALLOW_NONE_AUTHENTICATION: 'yes' }),
    ...(options.tls ? certificateFiles : {}),
    ETCD_ADVERTISE_CLIENT_URLS: `${scheme}://$(MY_POD_NAME).${domain}:2379,${scheme}://${name}.${namespace}.svc.cluster.local:2379`,
    ETCD_LISTEN_CLIENT_URLS: `${scheme}://0.0.0.0:2379`,
    ETCD_INITIAL_ADVERTISE_PEER_URLS: `${scheme}://$(MY_POD_NAME).${domain}:2380`,
    ETCD_LISTEN_PEER_URLS: `${scheme}://0.0.0.0:2380`,
    ETCD_INITIAL_CLUSTER_TOKEN: 'etcd-cluster-k8s',
    ETCD_INITIAL_CLUSTER_STATE: options.initialClusterState,
    ETCD_INITIAL_CLUSTER: ordinals.map((n) => `${name}-${n}=${scheme}://${name}-${n}.${domain}:2380`).join(','),
    ETCD_CLUSTER_DOMAIN: domain,
    ETCD_AUTO_COMPACTION_MODE: 'revision',
    ETCD_AUTO_COMPACTION_RETENTION: '1000',
    ETCD_QUOTA_BACKEND_BYTES: String(options.quotaBytes),
    ETCD_HEARTBEAT_INTERVAL: '500',
    ETCD_ELECTION_TIMEOUT: '2500',
    STANDIN_ASK_SECONDS: String(options.askSeconds),
  };
  return [
    { name: 'MY_POD_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
    ...(options.auth
      ? [
          {
            name: 'ETCD_ROOT_PASSWORD',
            valueFrom: { secretKeyRef: { name: secretNames(name).auth, key: 'password' } },
          },
        ]
      : []),
    ...Object.entries(values).map(([key, value]) => ({ name: key, value })),
  ];
}

function claimTemplate(storageClass: string | undefined): object {
  return {
    metadata: { name: 'data' },
    spec: {
      accessModes: ['ReadWriteOnce'],
      resources: { requests: { storage: '10Gi' } },
      ...(storageClass === undefined ? {} : { storageClassName: storageClass }),
    },
  };
}
