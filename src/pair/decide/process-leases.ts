import type { SessionSnapshot } from '../../etcd/types.ts';
import { parseSessionKey } from '../../milvus/session-keys.ts';
import type { Role } from '../../milvus/roles.ts';
import { hostOfAddress, parseSessionValue } from '../../milvus/session-value.ts';
import type { Session } from './role-sessions.ts';

/** From 2.3 on indexcoord is a part of datacoord. */
const includedIn: Partial<Record<Role, readonly Role[]>> = { datacoord: ['datacoord', 'indexcoord'] };

/**
 * Every lease that the process of a registration has, or has for one role, that of the registration last: who waits for it finds the others
 * ended. A datacoord registers indexcoord under a lease of its own (2.3.5), a `mixture` each of its roles; all of them with
 * the server ID of the process (from 2.3 on) and its address.
 */
export function leasesOfProcess(
  { kvs }: SessionSnapshot,
  { serverID, address, lease }: Session,
  role?: Role,
): readonly bigint[] {
  const others = kvs.flatMap((kv) => {
    const key = parseSessionKey(kv.key);
    if (kv.lease === 0n || kv.lease === lease || (key.kind !== 'holder' && key.kind !== 'member')) return [];
    if (role !== undefined && !(includedIn[role] ?? [role]).includes(key.role)) return [];
    const parsed = parseSessionValue(kv.value.toString('utf8'));
    const isOfProcess =
      parsed.kind === 'session' &&
      parsed.session.serverID === serverID &&
      hostOfAddress(parsed.session.address) === hostOfAddress(address);
    return isOfProcess ? [kv.lease] : [];
  });
  return [...new Set(others), lease];
}
