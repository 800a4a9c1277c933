import type { SessionSnapshot } from '../../etcd/types.ts';
import { parseSessionKey } from '../../milvus/session-keys.ts';
import { hostOfAddress, parseSessionValue } from '../../milvus/session-value.ts';
import type { Session } from './role-sessions.ts';

/**
 * Every lease that the process of a registration has, that of the registration last: who waits for it finds the others
 * ended. A datacoord registers indexcoord under a lease of its own (2.3.5), a `mixture` each of its roles; all of them with
 * the server ID of the process (from 2.3 on) and its address.
 */
export function leasesOfProcess({ kvs }: SessionSnapshot, { serverID, address, lease }: Session): readonly bigint[] {
  const others = kvs.flatMap((kv) => {
    const { kind } = parseSessionKey(kv.key);
    if (kv.lease === 0n || kv.lease === lease || (kind !== 'holder' && kind !== 'member')) return [];
    const parsed = parseSessionValue(kv.value.toString('utf8'));
    const isOfProcess =
      parsed.kind === 'session' &&
      parsed.session.serverID === serverID &&
      hostOfAddress(parsed.session.address) === hostOfAddress(address);
    return isOfProcess ? [kv.lease] : [];
  });
  return [...new Set(others), lease];
}
