import type { Role } from './roles.ts';
import { isRole } from './roles.ts';

/** What a key below the session prefix is. */
export type SessionKey =
  /** `rootcoord`: who holds it is ACTIVE. */
  | { readonly kind: 'holder'; readonly role: Role }
  /** `rootcoord-12`: a process that runs with active-standby, ACTIVE or not. */
  | { readonly kind: 'member'; readonly role: Role; readonly serverID: bigint }
  /** `id`: the next ServerID in decimal, without a lease. */
  | { readonly kind: 'counter' }
  /** `version`: the highest Milvus version that was ACTIVE, without a lease (2.6.8 and newer, milvus#46479). */
  | { readonly kind: 'version' }
  /** A node such as `querynode-7`, or anything else. */
  | { readonly kind: 'other' };

const int64Max = 2n ** 63n - 1n;
const memberName = /^([a-z]+)-([0-9]{1,19})$/;

const join = (...parts: readonly string[]): string =>
  parts
    .flatMap((part) => part.split('/'))
    .filter(Boolean)
    .join('/');

/**
 * The prefix of every session key of one Milvus, such as `by-dev/meta/session/`. Milvus joins the parts with Go's
 * path.Join: extra slashes do not count, but the one at the beginning of `/milvus` stays.
 */
export function sessionPrefix(rootPath: string, metaSubPath: string): string {
  return `${rootPath.startsWith('/') ? '/' : ''}${join(rootPath, metaSubPath, 'session')}/`;
}

/** The name, below the prefix, of the key whose creator is ACTIVE. */
export const holderKeyName = (role: Role): string => role;

/** The name, below the prefix, of the key of one process. */
export const memberKeyName = (role: Role, serverID: bigint): string => `${role}-${serverID.toString()}`;

/**
 * Tells what a key is by its name below the prefix.
 *
 * ACTIVE mixcoords of 2.6.8 and newer also hold the bare keys rootcoord, datacoord and querycoord, so that coordinators
 * of 2.5 stay out; they carry the lease of mixcoord. By name they are holders like any other: {@link isLegacyGuard}
 * tells them apart by that lease.
 */
export function parseSessionKey(name: string): SessionKey {
  if (name === 'id') return { kind: 'counter' };
  if (name === 'version') return { kind: 'version' };
  if (isRole(name)) return { kind: 'holder', role: name };
  const [, role, digits] = memberName.exec(name) ?? [];
  if (role === undefined || digits === undefined || !isRole(role)) return { kind: 'other' };
  const serverID = BigInt(digits);
  return serverID > int64Max ? { kind: 'other' } : { kind: 'member', role, serverID };
}

const guardedRoles: ReadonlySet<Role> = new Set<Role>(['rootcoord', 'datacoord', 'querycoord']);

/**
 * Whether a bare key is a guard that the ACTIVE mixcoord wrote beside its own (2.6.8 and newer) and not a coordinator
 * of that role: it is one of the three guarded roles and carries the lease of the holder of `mixcoord`.
 *
 * @param lease the lease of the bare key
 * @param mixcoordLease the lease of the key `mixcoord`; undefined when there is no such key
 */
export function isLegacyGuard(role: Role, lease: bigint, mixcoordLease: bigint | undefined): boolean {
  return guardedRoles.has(role) && lease === mixcoordLease;
}
