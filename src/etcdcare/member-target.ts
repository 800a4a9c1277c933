import type { EtcdGuardSpec } from '../api/etcd-guard.ts';
import type { EtcdTarget } from '../etcd/types.ts';
import type { Secret } from '../kube/core-types.ts';
import type { EtcdSetup } from './setup/etcd-setup.ts';

/** How members are talked to, apart from where they are. */
export interface Access {
  readonly auth?: NonNullable<EtcdTarget['auth']>;
  readonly tls?: NonNullable<EtcdTarget['tls']>;
}

/** The Secrets that a guard names, as far as they could be read. */
export interface GuardSecrets {
  readonly auth?: Secret;
  readonly tls?: Secret;
}

/** Makes the credentials, or says what is missing. */
export function accessOf(
  spec: EtcdGuardSpec,
  setup: EtcdSetup,
  secrets: GuardSecrets,
): Access | { readonly problem: string } {
  if (setup.clientTLS && !spec.clientTLS)
    return { problem: `the members of ${setup.name} want TLS from clients: set spec.clientTLS.secretName` };
  const problem =
    (spec.auth && lacking('auth', spec.auth.secretName, secrets.auth, ['username', 'password'])) ??
    (spec.clientTLS && lacking('clientTLS', spec.clientTLS.secretName, secrets.tls, ['ca.crt']));
  if (problem !== undefined) return { problem };
  const { serverName } = spec.clientTLS ?? {};
  return {
    ...(secrets.auth
      ? { auth: { username: text(secrets.auth, 'username') ?? '', password: text(secrets.auth, 'password') ?? '' } }
      : {}),
    ...(secrets.tls
      ? {
          tls: {
            ...entry('ca', text(secrets.tls, 'ca.crt')),
            ...entry('cert', text(secrets.tls, 'tls.crt')),
            ...entry('key', text(secrets.tls, 'tls.key')),
            ...entry('serverName', serverName),
          },
        }
      : {}),
  };
}

/**
 * The way to the member in a pod. It is dialled by the pod's address, which no fault of DNS or of a Service can hide;
 * TLS still verifies a name.
 */
export function memberTarget(
  { tls, auth }: Access,
  setup: EtcdSetup,
  pod: { readonly name: string; readonly ip: string },
): EtcdTarget {
  const host = pod.ip.includes(':') ? `[${pod.ip}]` : pod.ip;
  const serverName = tls?.serverName ?? advertisedName(setup, pod.name);
  return {
    endpoints: [`${host}:${setup.clientPort}`],
    ...(auth ? { auth } : {}),
    ...(tls ? { tls: { ...tls, serverName } } : {}),
  };
}

/** The name under which the member in a pod is known inside the cluster. */
export function advertisedName(setup: EtcdSetup, podName: string): string {
  return (
    setup.advertisedHost?.replaceAll(/\$[({]\w+[)}]/g, podName) ??
    `${podName}.${setup.serviceName}.${setup.namespace}.svc`
  );
}

function lacking(field: string, name: string, secret: Secret | undefined, keys: readonly string[]): string | undefined {
  if (!secret)
    return `spec.${field}.secretName: Secret ${name} does not exist in the guard's namespace or may not be read; create it with the keys ${keys.join(', ')}`;
  const absent = keys.filter((key) => !secret.data?.[key]);
  return absent.length === 0
    ? undefined
    : `spec.${field}.secretName: Secret ${name} lacks the keys ${absent.join(', ')}; add them`;
}

function text(secret: Secret, key: string): string | undefined {
  const value = secret.data?.[key];
  return value === undefined ? undefined : Buffer.from(value, 'base64').toString('utf8');
}

function entry<Key extends string>(key: Key, value: string | undefined): { readonly [K in Key]?: string } {
  return value === undefined ? {} : ({ [key]: value } as { readonly [K in Key]?: string });
}
