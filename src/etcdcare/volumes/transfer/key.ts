import { randomBytes } from 'node:crypto';
import type { ConnectionOptions, TlsOptions } from 'node:tls';

/** The variable in which both ends of a transfer find their key. */
export const KEY_VARIABLE = 'ARTEFACT_KEY';

/** A new key for one transfer: 32 bytes as hexadecimal text. */
export function newTransferKey(): string {
  return randomBytes(32).toString('hex');
}

/** The key as it stands in the environment or a file. @returns undefined when it is none. */
export function readTransferKey(text: string | undefined): Buffer | undefined {
  const trimmed = text?.trim() ?? '';
  return /^[0-9a-f]{64}$/.test(trimmed) ? Buffer.from(trimmed, 'hex') : undefined;
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
