import { electedRoles } from './arguments.ts';
import { canonicalConfigKey } from './config-keys.ts';
import { has } from './releases.ts';
import type { Role } from './roles.ts';
import { MANAGEMENT_PORT, roleFacts } from './roles.ts';
import type { MilvusVersion } from './version.ts';

/** An environment variable with its value. */
export interface PlainVariable {
  readonly name: string;
  readonly value: string;
}

/** An environment variable from a Secret in the pod's namespace, in the form of a container's `env`. */
export interface SecretVariable {
  readonly name: string;
  readonly valueFrom: { readonly secretKeyRef: { readonly name: string; readonly key: string } };
}

/** An environment variable in the form of a container's `env`. */
export type Variable = PlainVariable | SecretVariable;

/** The etcd connection of a Milvus process. */
export interface EtcdSettings {
  /** Each `host:port`. */
  readonly endpoints: readonly string[];
  readonly rootPath: string;
  readonly metaSubPath: string;
  readonly kvSubPath: string;
  /** The Secret with the keys `username` and `password`. */
  readonly authSecretName?: string;
  /** The folder in the container where `ca.crt`, `tls.crt` and `tls.key` are. */
  readonly tlsFolder?: string;
  /** Lowest version of TLS; absent: as milvus.yaml says. */
  readonly tlsMinVersion?: '1.2' | '1.3';
}

const enabled = (role: Role): PlainVariable => ({
  name: `${roleFacts[role].environmentPrefix}_ENABLE_ACTIVE_STANDBY`,
  value: 'true',
});

/**
 * The variables that switch active-standby on. Every role of a process has a setting of its own: all four in `mixture`
 * up to 2.5; datacoord's also governs the indexcoord session that a datacoord process registers from 2.3 on. From 2.6
 * on mixcoord has one, which in 2.6.0 to 2.6.7 falls back to rootCoord's (Milvus 2.6 FAQ on coordinator HA); later it
 * is always on and both are ignored (milvus#46479).
 */
export function activeStandbyEnvironment(role: Role, version: MilvusVersion): PlainVariable[] {
  if (role !== 'mixcoord') return [enabled(role)];
  if (!has(version, 'mixcoordAlone')) {
    return [enabled('rootcoord'), enabled('querycoord'), enabled('datacoord'), enabled('indexcoord')];
  }
  return has(version, 'alwaysActiveStandby') ? [enabled('mixcoord')] : [enabled('mixcoord'), enabled('rootcoord')];
}

/**
 * The variables of the ports that a process listens on. An image whose milvus.yaml names none would listen on 19530 for
 * every role (a mixture then ends with `bind: address already in use`), and another one may name others than the
 * Services do (servers of 2.2.16 and 2.3.5). mixcoord takes the port of rootcoord (milvus
 * internal/distributed/mixcoord/service.go, 2.6). The management server's port has no setting but METRICS_PORT.
 */
export function portEnvironment(role: Role, version: MilvusVersion): PlainVariable[] {
  return [
    ...electedRoles(role, version).map((served) => ({
      name: `${roleFacts[served === 'mixcoord' ? 'rootcoord' : served].environmentPrefix}_PORT`,
      value: roleFacts[served].grpcPort.toString(),
    })),
    { name: 'METRICS_PORT', value: MANAGEMENT_PORT.toString() },
  ];
}

/**
 * The variables of the etcd connection: `etcd.endpoints`, `etcd.rootPath`, `etcd.metaSubPath`, `etcd.kvSubPath`,
 * `etcd.auth` (read from 2.3.7 on) and `etcd.ssl` of milvus.yaml. With TLS Milvus always loads a client certificate.
 *
 * With endpoints and root path in its environment Milvus 2.2 ends with `panic: key not found: etcd.kvSubPath`, whatever
 * milvus.yaml says, unless that is in the environment as well (servers of 2.2.8, 2.2.14 and 2.2.16). 2.3 does not mind.
 */
export function etcdEnvironment(etcd: EtcdSettings): Variable[] {
  return [
    { name: 'ETCD_ENDPOINTS', value: etcd.endpoints.join(',') },
    { name: 'ETCD_ROOT_PATH', value: etcd.rootPath },
    { name: 'ETCD_META_SUB_PATH', value: etcd.metaSubPath },
    { name: 'ETCD_KV_SUB_PATH', value: etcd.kvSubPath },
    ...(etcd.authSecretName === undefined ? [] : authEnvironment(etcd.authSecretName)),
    ...(etcd.tlsFolder === undefined ? [] : tlsEnvironment(etcd.tlsFolder)),
    ...(etcd.tlsMinVersion === undefined ? [] : [{ name: 'ETCD_SSL_TLS_MIN_VERSION', value: etcd.tlsMinVersion }]),
  ];
}

function authEnvironment(secretName: string): Variable[] {
  const fromSecret = (key: string) => ({ valueFrom: { secretKeyRef: { name: secretName, key } } });
  return [
    { name: 'ETCD_AUTH_ENABLED', value: 'true' },
    { name: 'ETCD_AUTH_USERNAME', ...fromSecret('username') },
    { name: 'ETCD_AUTH_PASSWORD', ...fromSecret('password') },
  ];
}

function tlsEnvironment(folder: string): Variable[] {
  return [
    { name: 'ETCD_SSL_ENABLED', value: 'true' },
    { name: 'ETCD_SSL_TLS_CERT', value: `${folder}/tls.crt` },
    { name: 'ETCD_SSL_TLS_KEY', value: `${folder}/tls.key` },
    { name: 'ETCD_SSL_TLS_CA_CERT', value: `${folder}/ca.crt` },
  ];
}

/**
 * `dataCoord.enableGarbageCollection`: datacoord removes from the object store what its metadata does not name. With
 * metadata that is older than the objects that is data.
 */
const collection: PlainVariable = { name: 'DATA_COORD_ENABLE_GARBAGE_COLLECTION', value: 'false' };

/** Whether a process of this role runs Milvus' garbage collection. */
export const collectsGarbage = (role: Role): boolean => role === 'datacoord' || role === 'mixcoord';

/** The variables with garbage collection off, whatever they say of it, in any spelling. */
export function withoutGarbageCollection<V extends { readonly name: string }>(
  variables: readonly V[],
): (V | PlainVariable)[] {
  const key = canonicalConfigKey(collection.name);
  return [...variables.filter(({ name }) => canonicalConfigKey(name) !== key), collection];
}

/** The variable of `common.session.ttl`, in seconds. */
export function sessionTTLEnvironment(ttlSeconds: number): PlainVariable[] {
  return [{ name: 'COMMON_SESSION_TTL', value: ttlSeconds.toString() }];
}
