import { scryptSync } from 'node:crypto';
import type { ConnectionOptions, TlsOptions } from 'node:tls';

/** The variables from which both ends of a transfer make their key. */
export const keyVariables = {
  /** What the transfer belongs to: the uid of an EtcdRecovery. Required, no secret. */
  recovery: 'ARTEFACT_RECOVERY',
  /** The password of etcd, where it has users. */
  password: 'ETCD_PASSWORD',
  /** The client key for etcd, as PEM, where it asks for certificates. */
  clientKey: 'ETCD_CLIENT_KEY',
} as const;

/**
 * The key of a transfer: whoever may read etcd can make it, and nobody else where etcd asks for a password or a
 * certificate. The key of an etcd that asks for neither is no secret; nor is what such an etcd holds. scrypt makes trying
 * passwords slow for whoever was once taken for the other end.
 *
 * @returns undefined where the environment does not say which recovery it is for.
 */
export function transferKey(env: Readonly<Record<string, string | undefined>>): Buffer | undefined {
  const recovery = env[keyVariables.recovery] ?? '';
  if (recovery === '') return undefined;
  const credentials = JSON.stringify([env[keyVariables.password] ?? null, env[keyVariables.clientKey] ?? null]);
  return scryptSync(credentials, recovery, 32);
}

const identity = 'artefact';

/**
 * TLS without certificates: who has the key is the other end, and ephemeral Diffie-Hellman keeps what was sent secret
 * should the key become known. Node offers pre-shared keys up to TLS 1.2.
 */
const version = {
  minVersion: 'TLSv1.2',
  maxVersion: 'TLSv1.2',
  ciphers: 'ECDHE-PSK-CHACHA20-POLY1305',
} as const;

/** Settings of the end that serves. */
export function serverSecurity(psk: Buffer): TlsOptions {
  return { ...version, pskCallback: (_socket, name) => (name === identity ? psk : null) };
}

/** Settings of the end that fetches. */
export function clientSecurity(psk: Buffer): ConnectionOptions {
  // There is no certificate whose name could be checked; without the key the handshake fails.
  return { ...version, pskCallback: () => ({ psk, identity }), checkServerIdentity: () => undefined };
}
