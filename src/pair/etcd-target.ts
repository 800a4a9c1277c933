import { isIP } from 'node:net';
import type { CoordinatorPair } from '../api/coordinator-pair.ts';
import type { EtcdTarget } from '../etcd/types.ts';
import type { Secret } from '../kube/core-types.ts';
import { canonicalHost } from '../milvus/addresses.ts';
import { judgeEndpoints, strictPolicy, type EndpointPolicy } from './endpoint-policy.ts';

/** The Secrets a pair's etcd needs, as far as they could be read. */
export interface EtcdSecrets {
  readonly auth?: Secret;
  readonly tls?: Secret;
}

/** How the operator reaches the etcd of a pair, or why it cannot be told. */
export type EtcdTargetResult =
  | { readonly target: EtcdTarget }
  | { readonly problem: string; readonly reason: 'SecretNotFound' | 'EndpointNotAllowed' };

/**
 * Resolves `spec.etcd` for a process in another namespace: a host without a dot is a Service in the pair's namespace.
 * TLS verifies the host as written, unless `serverName` says otherwise; addresses, and hosts that differ, are verified
 * as dialled.
 */
export function etcdTarget(
  pair: CoordinatorPair,
  secrets: EtcdSecrets,
  policy: EndpointPolicy = strictPolicy,
): EtcdTargetResult {
  const { etcd } = pair.spec;
  const { namespace } = pair.metadata;
  const missing = missingKeys(pair, secrets);
  if (missing) return { problem: missing, reason: 'SecretNotFound' };
  const endpoints = etcd.endpoints.map((endpoint) => qualified(endpoint, namespace));
  const dialled = endpoints.map((endpoint) => withoutBrackets(splitEndpoint(endpoint).host));
  const plainPassword = secrets.auth !== undefined && secrets.tls === undefined;
  const { problem, isElsewhere } = judgeEndpoints(dialled, namespace, plainPassword, policy);
  if (problem !== undefined) return { problem, reason: 'EndpointNotAllowed' };
  const hosts = new Set(etcd.endpoints.map((endpoint) => splitEndpoint(endpoint).host));
  const [onlyHost] = hosts.size === 1 ? [...hosts].filter((host) => !isIP(withoutBrackets(host))) : [];
  const serverName = etcd.tls?.serverName ?? onlyHost;
  const minVersion = etcd.tls?.minVersion;
  return {
    target: {
      endpoints,
      ...(policy.allowLocal ? {} : { refusesLocal: true }),
      ...(isElsewhere ? { isElsewhere } : {}),
      ...(secrets.auth
        ? { auth: { username: text(secrets.auth, 'username'), password: text(secrets.auth, 'password') } }
        : {}),
      ...(secrets.tls
        ? {
            tls: {
              ca: text(secrets.tls, 'ca.crt'),
              cert: text(secrets.tls, 'tls.crt'),
              key: text(secrets.tls, 'tls.key'),
              ...(serverName === undefined ? {} : { serverName }),
              ...(minVersion === undefined ? {} : { minVersion: tlsVersions[minVersion] }),
            },
          }
        : {}),
    },
  };
}

/** As Node.js names the versions that the CRD allows. */
const tlsVersions = { 'TLS1.2': 'TLSv1.2', 'TLS1.3': 'TLSv1.3' } as const;

function splitEndpoint(endpoint: string): { readonly host: string; readonly port: string } {
  const at = endpoint.lastIndexOf(':');
  return { host: endpoint.slice(0, at), port: endpoint.slice(at + 1) };
}

function qualified(endpoint: string, namespace: string): string {
  const { host, port } = splitEndpoint(endpoint);
  const local = !host.includes('.') && !host.includes(':') && host !== 'localhost';
  return local ? `${host}.${namespace}.svc:${port}` : endpoint;
}

function withoutBrackets(host: string): string {
  return host.replace(/^\[(.*)\]$/, '$1');
}

/** An endpoint in the one form in which two spellings of it are the same text. */
export function canonicalEndpoint(endpoint: string, namespace: string): string {
  const { host, port } = splitEndpoint(qualified(endpoint, namespace));
  // A Service may be written with more or less of its name: `etcd`, `etcd.milvus`, `etcd.milvus.svc.cluster.local.`
  const service = canonicalHost(host)
    .replace(/\.$/, '')
    .replace(/\.svc(\.cluster\.local)?$/, '');
  return `${service}:${port}`;
}

function text(secret: Secret, key: string): string {
  return Buffer.from(secret.data?.[key] ?? '', 'base64').toString('utf8');
}

/** The first Secret that is absent or lacks a key. */
function missingKeys({ spec: { etcd } }: CoordinatorPair, { auth, tls }: EtcdSecrets): string | undefined {
  return (
    (etcd.auth && lacks('etcd.auth', etcd.auth.secretName, auth, ['username', 'password'])) ??
    (etcd.tls && lacks('etcd.tls', etcd.tls.secretName, tls, ['ca.crt', 'tls.crt', 'tls.key']))
  );
}

function lacks(field: string, name: string, secret: Secret | undefined, keys: readonly string[]): string | undefined {
  if (!secret)
    return `spec.${field}.secretName: Secret ${name} does not exist in the pair's namespace or may not be read; create it with the keys ${keys.join(', ')}`;
  const absent = keys.filter((key) => !secret.data?.[key]);
  if (absent.length === 0) return undefined;
  return `spec.${field}.secretName: Secret ${name} lacks the keys ${absent.join(', ')}; add them`;
}
