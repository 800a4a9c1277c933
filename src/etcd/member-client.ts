import type { CallOptions } from '@grpc/grpc-js';
import type { Etcd3, IHashKVResponse, IStatusResponse } from 'etcd3';
import { limits } from '../base/limits.ts';
import { alarmsIn, type Alarm } from './alarms.ts';
import { systemClock, type Clock } from '../base/clock.ts';
import { EtcdConnection } from './connection.ts';
import { EtcdError } from './errors.ts';
import { headerFrom } from './header.ts';
import { countLinks, type LinkNumbers } from './link.ts';
import { rpc } from './rpc.ts';
import type { EtcdTarget, ResponseHeader } from './types.ts';

/** What one member says of itself (Maintenance.Status; answered without a quorum too). */
export interface MemberStatus {
  readonly header: ResponseHeader;
  readonly version: string;
  /** 0n: it sees no leader. */
  readonly leader: bigint;
  readonly learner: boolean;
  readonly dbSizeBytes: number;
  readonly dbSizeInUseBytes: number;
  readonly raftAppliedIndex: bigint;
  readonly alarms: readonly Alarm[];
}

/** A member as the cluster lists it. */
export interface ListedMember {
  readonly id: bigint;
  /** Empty: it was added and has never started. */
  readonly name: string;
  readonly peerURLs: readonly string[];
  readonly clientURLs: readonly string[];
  readonly learner: boolean;
}

/** The hash of everything a member keeps up to a revision; members can be compared only at one compact revision. */
export interface HashOfKeys {
  readonly hash: number;
  readonly compactRevision: bigint;
  /** The newest revision that the member had then. */
  readonly newest: bigint;
}

/**
 * One member of an etcd, asked by itself. Each call has a deadline of two seconds, a login apart.
 *
 * Every method throws {@link EtcdError} (errors.ts).
 */
export interface EtcdMemberClient extends Disposable {
  status(signal?: AbortSignal): Promise<MemberStatus>;
  /** As this member knows them: answered without a quorum. */
  members(signal?: AbortSignal): Promise<readonly ListedMember[]>;
  /** Resolves when the member could read through the quorum: the verdict that `etcdctl endpoint health` gives. */
  readThroughQuorum(signal?: AbortSignal): Promise<void>;
  /** Up to a revision, 0: the newest. Reads all keys: costs the member as much as a backup. Needs the role root where authentication is on. */
  hashOfKeys(revision: bigint, signal?: AbortSignal): Promise<HashOfKeys>;
}

/** Makes clients of single members; each opens its connection at the first call. */
export type ConnectMember = (target: EtcdTarget) => EtcdMemberClient;

/** A password costs etcd 70 ms of CPU; where that is scarce, several seconds. */
export const MEMBER_LOGIN_MS = 10_000;

/** Makes {@link ConnectMember}. */
export function memberConnector(clock: Clock = systemClock, nextLinkNumber: LinkNumbers = countLinks()): ConnectMember {
  return (target) => memberClient(new EtcdConnection(target, nextLinkNumber, clock, MEMBER_LOGIN_MS));
}

/** The questions to the member at the other end; it closes the connection when disposed. */
export function memberClient(connection: EtcdConnection): EtcdMemberClient {
  return {
    status: async (signal) =>
      statusFrom(await connection.call({ what: 'asking for its status', send: status, userless: true }, signal)),
    members: (signal) => members(connection, signal),
    readThroughQuorum: (signal) => readThroughQuorum(connection, signal),
    hashOfKeys: (revision, signal) => hashOfKeys(connection, revision, signal),
    [Symbol.dispose]: () => connection[Symbol.dispose](),
  };
}

/** etcd's own have about ten. */
const VERSION_CHARACTERS = 64;
const MEMBERS_BEYOND = `listing the members was given up: there are more than ${limits.etcdMembers}, or their names are longer than ${limits.etcdNameCharacters} characters. Check what runs behind that address.`;

const status = (etcd: Etcd3, options: CallOptions): Promise<IStatusResponse> => etcd.maintenance.status(options);

async function members(connection: EtcdConnection, signal?: AbortSignal): Promise<readonly ListedMember[]> {
  const answer = await connection.call(
    // Without `linearizable` it is answered from what the member itself knows.
    { what: 'listing the members', send: (etcd, options) => etcd.cluster.memberList({}, options), userless: true },
    signal,
  );
  const names = answer.members.flatMap(({ name, peerURLs, clientURLs }) => [name, ...peerURLs, ...clientURLs]);
  const isLong = names.some((name) => name.length > limits.etcdNameCharacters);
  if (answer.members.length > limits.etcdMembers || names.length > limits.etcdMembers * 8 || isLong)
    throw new EtcdError('Other', MEMBERS_BEYOND, { retryable: true });
  return answer.members.map(({ ID, name, peerURLs, clientURLs, isLearner }) => ({
    id: BigInt(ID),
    name,
    peerURLs,
    clientURLs,
    learner: isLearner,
  }));
}

async function readThroughQuorum(connection: EtcdConnection, signal?: AbortSignal): Promise<void> {
  try {
    await connection.call(
      {
        what: 'reading through the quorum',
        send: (etcd, options) => etcd.kv.range({ key: Buffer.from('health'), limit: 1 }, options),
      },
      signal,
    );
  } catch (error) {
    // Permissions are checked behind the quorum: a refusal proves as much as an answer (etcdctl 3.5 endpoint health).
    if (!(error instanceof EtcdError) || error.code !== 'PermissionDenied') throw error;
  }
}

async function hashOfKeys(connection: EtcdConnection, revision: bigint, signal?: AbortSignal): Promise<HashOfKeys> {
  // etcd3 1.1.2 calls `hashKV` on a gRPC client whose method is named `hashKv`, and fails.
  const send = rpc<IHashKVResponse>('Maintenance', 'hashKv', { revision: revision.toString() });
  const { header, hash, compact_revision } = await connection.call({ what: 'hashing its keys', send }, signal);
  return { hash: Number(hash), compactRevision: BigInt(compact_revision), newest: headerFrom(header).revision };
}

function statusFrom(answer: IStatusResponse): MemberStatus {
  const { header, version, leader, dbSize, raftAppliedIndex, errors, dbSizeInUse, isLearner } = answer;
  return {
    header: headerFrom(header),
    version: version.slice(0, VERSION_CHARACTERS),
    leader: BigInt(leader),
    learner: isLearner,
    dbSizeBytes: Number(dbSize),
    dbSizeInUseBytes: Number(dbSizeInUse),
    raftAppliedIndex: BigInt(raftAppliedIndex),
    alarms: alarmsIn(errors),
  };
}
