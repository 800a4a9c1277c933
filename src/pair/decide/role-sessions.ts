import type { SessionSnapshot } from '../../etcd/types.ts';
import type { Role } from '../../milvus/roles.ts';
import { parseSessionKey } from '../../milvus/session-keys.ts';
import type { EtcdFacts } from '../facts.ts';
import { parseSessionValue, type ParsedSessionValue } from '../../milvus/session-value.ts';

/** One registration of a process: the holder's bare key or a member's own key. */
export interface Session {
  readonly key: string;
  readonly serverID: bigint;
  readonly lease: bigint;
  readonly createRevision: bigint;
  /** `ip:port` the process serves on. */
  readonly address: string;
  /** Pod name, in versions that write it (2.3.2 and newer). */
  readonly hostName?: string;
  /** Version the process reports of itself. */
  readonly version: string;
}

/** What etcd says about one role at one revision. */
export interface RoleSessions {
  /** Owner of the bare key `session/<role>`: the ACTIVE. */
  readonly holder?: Session;
  /** Owners of `session/<role>-<serverID>`, the holder's own among them, oldest first. */
  readonly members: readonly Session[];
  /** Keys of this role whose value cannot be read, with what is wrong. */
  readonly broken: readonly { readonly key: string; readonly reason: string }[];
  /** The bare key is there and is one of the broken: somebody has the role, and it cannot be told who. */
  readonly holderUnreadable?: true;
  /** Version watermark `session/version` (from 2.6.8). */
  readonly watermark?: string;
  /**
   * Keys of the three coordinators that mixcoord replaced in 2.6, but for the guard keys that mixcoords of 2.6.8 and
   * newer write themselves. While one of them is registered no standby mixcoord takes the role; it would take its old
   * role as soon as the ACTIVE's guard keys vanish (measured, 2.5 beside 2.6.13).
   */
  readonly olderLayout: readonly string[];
  /**
   * Keys of mixcoord (2.6 and newer) beside the role of an older layout. Up to 2.5 nothing looks at them: both would work
   * as ACTIVE on the same metadata, unless the mixcoord is of 2.6.8 or newer and guards the old roles.
   */
  readonly newerLayout?: readonly string[];
}

/** What etcd says about a further role that the pair's processes are elected for one by one (`mixture`, up to 2.5). */
export interface OtherRole {
  readonly role: Role;
  readonly sessions: RoleSessions;
}

const REPLACED_BY_MIXCOORD: readonly Role[] = ['rootcoord', 'querycoord', 'datacoord'];

/** Picks the sessions of `role` out of a snapshot. Never throws: what cannot be read is reported in `broken`. */
export function roleSessions(snapshot: SessionSnapshot, role: Role): RoleSessions {
  let holder: Session | undefined;
  let watermark: string | undefined;
  const members: Session[] = [];
  const broken: { key: string; reason: string }[] = [];
  let holderUnreadable = false;
  const olderLayout = role === 'mixcoord' ? olderLayoutOf(snapshot) : [];
  const newerLayout = REPLACED_BY_MIXCOORD.includes(role) ? keysOf(snapshot, ['mixcoord']).map(({ key }) => key) : [];
  for (const kv of snapshot.kvs) {
    const key = parseSessionKey(kv.key);
    if (key.kind === 'version') watermark = kv.value.subarray(0, MAX_LENGTHS.version).toString('utf8');
    if ((key.kind !== 'holder' && key.kind !== 'member') || key.role !== role) continue;
    const parsed = readValue(kv.value);
    if (parsed.kind === 'broken') {
      broken.push({ key: kv.key, reason: parsed.reason });
      holderUnreadable ||= key.kind === 'holder';
      continue;
    }
    const value = parsed.session;
    const session: Session = {
      key: kv.key,
      serverID: key.kind === 'member' ? key.serverID : value.serverID,
      lease: kv.lease,
      createRevision: kv.createRevision,
      address: value.address,
      ...(value.hostName === undefined ? {} : { hostName: value.hostName }),
      version: value.version,
    };
    if (key.kind === 'holder') holder = session;
    else members.push(session);
  }
  members.sort((a, b) => (a.serverID < b.serverID ? -1 : 1));
  return {
    ...(holder ? { holder } : {}),
    members,
    broken,
    ...(holderUnreadable ? { holderUnreadable } : {}),
    olderLayout,
    ...(newerLayout.length > 0 ? { newerLayout } : {}),
    ...(watermark === undefined ? {} : { watermark }),
  };
}

/** Every registration of a pair's processes, for each of their roles; a holder without a member key among them. */
export function sessionsIn({
  sessions,
  otherRoles: others = [],
}: Extract<EtcdFacts, { state: 'Known' }>): readonly Session[] {
  return [sessions, ...others.map((other) => other.sessions)].flatMap(({ holder, members }) => [
    ...(holder ? [holder] : []),
    ...members,
  ]);
}

/** Whether it is known who is what: etcd was read, and so was the name of who holds the role. */
export function rolesKnown(etcd: EtcdFacts): etcd is Extract<EtcdFacts, { state: 'Known' }> {
  return etcd.state === 'Known' && etcd.sessions.holderUnreadable !== true;
}

/** The holder and member keys of some roles. */
function keysOf({ kvs }: SessionSnapshot, roles: readonly Role[]): SessionSnapshot['kvs'] {
  return kvs.filter((kv) => {
    const key = parseSessionKey(kv.key);
    return (key.kind === 'holder' || key.kind === 'member') && roles.includes(key.role);
  });
}

/** A guard lies on the lease of the mixcoord that wrote it, and goes with it. */
function olderLayoutOf(snapshot: SessionSnapshot): readonly string[] {
  const leases = new Set(keysOf(snapshot, ['mixcoord']).map(({ lease }) => lease));
  return keysOf(snapshot, REPLACED_BY_MIXCOORD).flatMap(({ key, lease }) => (leases.has(lease) ? [] : [key]));
}

/** What a snapshot says about each of these roles. */
export function otherRoles(snapshot: SessionSnapshot, roles: readonly Role[]): readonly OtherRole[] {
  return roles.map((role) => ({ role, sessions: roleSessions(snapshot, role) }));
}

/** What the CRD accepts of these in a status (maxLength): a longer one would keep the status from being written. */
const MAX_LENGTHS = { address: 280, hostName: 253, version: 64 } as const;

function readValue(bytes: Buffer): ParsedSessionValue {
  const parsed = parseSessionValue(bytes.toString('utf8'));
  if (parsed.kind === 'broken') return parsed;
  const fields = ['address', 'hostName', 'version'] as const;
  const overlong = fields.find((field) => (parsed.session[field]?.length ?? 0) > MAX_LENGTHS[field]);
  return overlong === undefined ? parsed : { kind: 'broken', reason: `${overlong} is longer than any Milvus writes` };
}

/**
 * Whether the holder registered as one of a pair: its own member key lies on the same lease. A holder without one runs
 * without active-standby: the flag does not reach Milvus (milvus#45019).
 */
export function flagEffective({ holder, members }: RoleSessions): boolean | undefined {
  if (!holder) return undefined;
  return members.some(({ serverID, lease }) => serverID === holder.serverID && lease === holder.lease);
}
