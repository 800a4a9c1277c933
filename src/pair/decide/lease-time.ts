import type { EtcdFacts } from '../facts.ts';

/** TTL to reckon with while etcd has not told the granted one: the longest default of any version (2.2.0 to 2.2.3). */
const ASSUMED_TTL_SECONDS = 60;

/** How long a session's lease lasts without being renewed, as etcd granted it, seconds. */
export function leaseSeconds(etcd: EtcdFacts): number {
  return (etcd.state === 'Known' ? etcd.grantedTTLSeconds : undefined) ?? ASSUMED_TTL_SECONDS;
}
