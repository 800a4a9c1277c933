import { createHmac } from 'node:crypto';
import type { EtcdTarget } from './types.ts';

/**
 * A name for a target: equal for equal targets, different as soon as an endpoint, a credential or a certificate
 * differs. The order and repetition of endpoints don't count. The secret keeps the name from being used to try
 * passwords.
 */
export function targetKey({ endpoints, auth, tls, refusesLocal, isElsewhere }: EtcdTarget, secret: Buffer): string {
  const canonical = JSON.stringify([
    [...new Set(endpoints)].sort(),
    refusesLocal === true,
    isElsewhere === true,
    auth === undefined ? null : [auth.username, auth.password],
    tls === undefined
      ? null
      : [tls.ca ?? null, tls.cert ?? null, tls.key ?? null, tls.serverName ?? null, tls.minVersion ?? null],
  ]);
  return createHmac('sha256', secret).update(canonical).digest('base64url');
}
