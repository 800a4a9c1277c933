import { coordinatorArgs } from '../../milvus/arguments.ts';
import {
  activeStandbyEnvironment,
  etcdEnvironment,
  portEnvironment,
  sessionTTLEnvironment,
  withoutGarbageCollection,
} from '../../milvus/environment.ts';
import { ETCD_TLS_FOLDER, USER_CONFIG_KEY, USER_CONFIG_PATH } from '../../milvus/files.ts';
import { annotations, configMapName, pairLabels, volumes as volumeNames } from '../../api/names.ts';
import { garbageCollectionOffSince } from '../garbage-collection.ts';
import { CONTAINER_NAME } from '../pod-view.ts';
import { hashOf, type RenderInput } from './common.ts';
import { heaptrack, profilingAnnotations } from './helm-tools.ts';
import { containerPorts } from './ports.ts';
import { affinity, topologySpreadConstraints } from './placement.ts';

/** A template of the pair's pods: metadata and spec as in a StatefulSet. */
export interface PodTemplate {
  readonly metadata: { readonly labels: Record<string, string>; readonly annotations: Record<string, string> };
  readonly spec: object;
}

/** Renders the pods of a pair for its role and version. */
export function podTemplate(input: RenderInput): PodTemplate {
  const { pair, userConfig, restartToken } = input;
  const { pod } = pair.spec;
  const restarted = restartToken === undefined ? {} : { [annotations.restart]: restartToken };
  const configHash = userConfig === undefined ? {} : { [annotations.configHash]: hashOf(userConfig) };
  return {
    metadata: {
      labels: { ...pod.labels, ...pairLabels(pair.metadata.name, pair.spec.role) },
      annotations: { ...profilingAnnotations(pair), ...pod.annotations, ...configHash, ...restarted },
    },
    spec: {
      // A Service named after a role would otherwise overwrite Milvus' own settings: <NAME>_PORT is `<name>.port`.
      enableServiceLinks: false,
      terminationGracePeriodSeconds: pod.terminationGracePeriodSeconds,
      securityContext: { seccompProfile: { type: 'RuntimeDefault' }, ...pod.podSecurityContext },
      affinity: affinity(pair),
      topologySpreadConstraints: topologySpreadConstraints(pair),
      ...given({
        nodeSelector: pod.nodeSelector,
        tolerations: pod.tolerations,
        priorityClassName: pod.priorityClassName,
        serviceAccountName: pod.serviceAccountName,
        // A coordinator talks to etcd, not to Kubernetes: without an account of its own it gets no token.
        automountServiceAccountToken: pod.serviceAccountName === undefined ? false : undefined,
        imagePullSecrets: pod.imagePullSecrets,
      }),
      ...given({ initContainers: nonEmpty(heaptrack(pair).initContainers) }),
      containers: [container(input)],
      ...given({ volumes: nonEmpty([...volumes(input), ...(pod.extraVolumes ?? [])]) }),
    },
  };
}

function container(input: RenderInput): object {
  const { pair, role, version } = input;
  const { pod } = pair.spec;
  return {
    name: CONTAINER_NAME,
    image: pair.spec.image,
    imagePullPolicy: pair.spec.imagePullPolicy,
    args: [...heaptrack(pair).args, ...coordinatorArgs(role, version)],
    // The kubelet brings the end of its log into the pod's status, from where the conditions quote it.
    terminationMessagePolicy: 'FallbackToLogsOnError',
    env: environment(input),
    ports: containerPorts(input),
    ...given({ resources: pod.resources }),
    // The stock image's program belongs to root and only its owner may run it, so the user stays the image's own.
    securityContext: {
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
      ...pod.containerSecurityContext,
    },
    ...probes,
    ...given({ volumeMounts: nonEmpty([...volumeMounts(input), ...(pod.extraVolumeMounts ?? [])]) }),
  };
}

function environment({ pair, role, version }: RenderInput): readonly object[] {
  const { etcd, sessionTTLSeconds, pod } = pair.spec;
  const variables: readonly { readonly name: string }[] = [
    ...activeStandbyEnvironment(role, version),
    ...portEnvironment(role, version),
    ...etcdEnvironment({
      endpoints: etcd.endpoints,
      rootPath: etcd.rootPath,
      metaSubPath: etcd.metaSubPath,
      kvSubPath: etcd.kvSubPath,
      ...(etcd.auth ? { authSecretName: etcd.auth.secretName } : {}),
      ...(etcd.tls ? { tlsFolder: ETCD_TLS_FOLDER } : {}),
      ...(etcd.tls?.minVersion ? { tlsMinVersion: etcd.tls.minVersion === 'TLS1.2' ? '1.2' : '1.3' } : {}),
    }),
    ...(sessionTTLSeconds === undefined ? [] : sessionTTLEnvironment(sessionTTLSeconds)),
    ...heaptrack(pair).env,
    ...(pod.extraEnv ?? []),
  ];
  return garbageCollectionOffSince(pair) === undefined ? variables : withoutGarbageCollection(variables);
}

/**
 * Liveness by TCP: while a new ACTIVE loads its metadata /healthz answers 500, and a liveness probe on it kills the
 * promoted standby (milvus#37630). Start-up is given ten minutes.
 */
const probes = {
  startupProbe: { tcpSocket: { port: 'metrics' }, periodSeconds: 2, failureThreshold: 300, timeoutSeconds: 3 },
  livenessProbe: { tcpSocket: { port: 'metrics' }, periodSeconds: 15, failureThreshold: 3, timeoutSeconds: 10 },
  readinessProbe: {
    httpGet: { path: '/healthz', port: 'metrics' },
    periodSeconds: 2,
    failureThreshold: 2,
    timeoutSeconds: 3,
  },
};

function volumes({ pair, userConfig }: RenderInput): readonly object[] {
  const { config, etcd } = pair.spec;
  const name = config?.configMapName ?? configMapName(pair.metadata.name);
  return [
    ...(userConfig === undefined ? [] : [{ name: volumeNames.config, configMap: { name } }]),
    ...(etcd.tls ? [{ name: volumeNames.etcdTLS, secret: { secretName: etcd.tls.secretName } }] : []),
    ...heaptrack(pair).volumes,
  ];
}

function volumeMounts({ pair, userConfig }: RenderInput): readonly object[] {
  return [
    ...(userConfig === undefined
      ? []
      : [{ name: volumeNames.config, mountPath: USER_CONFIG_PATH, subPath: USER_CONFIG_KEY, readOnly: true }]),
    ...(pair.spec.etcd.tls ? [{ name: volumeNames.etcdTLS, mountPath: ETCD_TLS_FOLDER, readOnly: true }] : []),
    ...heaptrack(pair).volumeMounts,
  ];
}

function nonEmpty<T>(list: readonly T[]): readonly T[] | undefined {
  return list.length > 0 ? list : undefined;
}

/** Leaves out what is not set: an explicit null or undefined would be a field of ours. */
function given<T extends object>(fields: T): Partial<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<T>;
}
