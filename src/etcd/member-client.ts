import type { CallOptions } from '@grpc/grpc-js';
import type { Etcd3, IHashKVResponse, IStatusResponse } from 'etcd3';
import { systemClock, type Clock } from '../base/clock.ts';
import { EtcdConnection } from './connection.ts';
import { EtcdError } from './errors.ts';
import { headerFrom } from './header.ts';
import { countLinks, type LinkNumbers } from './link.ts';
import type { EtcdTarget, ResponseHeader } from './types.ts';

/** An alarm that stands in the cluster, as each member reports it. */
export interface Alarm {
  readonly memberID: bigint;
  /** NOSPACE or CORRUPT; later versions may know more. */
  readonly name: string;
}

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
}

/**
 * One member of an etcd, asked by itself. Each call has a deadline of two seconds.
 *
 * Every method throws {@link EtcdError} (errors.ts).
 */
export interface EtcdMemberClient extends Disposable {
  status(signal?: AbortSignal): Promise<MemberStatus>;
  /** As this member knows them: answered without a quorum. */
  members(signal?: AbortSignal): Promise<readonly ListedMember[]>;
  /** Resolves when the member could read through the quorum: the verdict that `etcdctl endpoint health` gives. */
  readThroughQuorum(signal?: AbortSignal): Promise<void>;
  /** Reads all keys: costs the member as much as a backup. Needs the role root where authentication is on. */
  hashOfKeys(revision: bigint, signal?: AbortSignal): Promise<HashOfKeys>;
}

/** Makes clients of single members; each opens its connection at the first call. */
export type ConnectMember = (target: EtcdTarget) => EtcdMemberClient;

/** Makes {@link ConnectMember}. */
export function memberConnector(clock: Clock = systemClock, nextLinkNumber: LinkNumbers = countLinks()): ConnectMember {
  return (target) => {
    const connection = new EtcdConnection(target, nextLinkNumber, clock);
    return {
      status: async (signal) =>
        statusFrom(await connection.call({ what: 'asking for its status', send: status }, signal)),
      members: (signal) => members(connection, signal),
      readThroughQuorum: (signal) => readThroughQuorum(connection, signal),
      hashOfKeys: (revision, signal) => hashOfKeys(connection, revision, signal),
      [Symbol.dispose]: () => connection[Symbol.dispose](),
    };
  };
}

const status = (etcd: Etcd3, options: CallOptions): Promise<IStatusResponse> => etcd.maintenance.status(options);

async function members(connection: EtcdConnection, signal?: AbortSignal): Promise<readonly ListedMember[]> {
  const answer = await connection.call(
    // Without `linearizable` it is answered from what the member itself knows.
    { what: 'listing the members', send: (etcd, options) => etcd.cluster.memberList({}, options) },
    signal,
  );
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
  const { hash, compact_revision } = await connection.call(
    { what: 'hashing its keys', send: hashKV(revision) },
    signal,
  );
  return { hash: Number(hash), compactRevision: BigInt(compact_revision) };
}

/** The part of etcd3's clients that all their methods go through. */
interface Executor {
  exec(service: string, method: string, request: object, options: CallOptions): Promise<unknown>;
}

/** etcd3 1.1.2 calls `hashKV` on a gRPC client whose method is named `hashKv`, and fails: this is its call, spelt right. */
function hashKV(revision: bigint) {
  return (etcd: Etcd3, options: CallOptions): Promise<IHashKVResponse> => {
    const { client } = etcd.maintenance as unknown as { readonly client: Executor };
    return client.exec('Maintenance', 'hashKv', { revision: revision.toString() }, options) as Promise<IHashKVResponse>;
  };
}

/** `memberID:9372538179322589801 alarm:NOSPACE ` among the errors of a status (etcd 3.5, 3.6). */
const alarmText = /memberID:(\d+) alarm:(\w+)/;

function statusFrom(answer: IStatusResponse): MemberStatus {
  const { header, version, leader, dbSize, raftAppliedIndex, errors, dbSizeInUse, isLearner } = answer;
  return {
    header: headerFrom(header),
    version,
    leader: BigInt(leader),
    learner: isLearner,
    dbSizeBytes: Number(dbSize),
    dbSizeInUseBytes: Number(dbSizeInUse),
    raftAppliedIndex: BigInt(raftAppliedIndex),
    alarms: errors.flatMap((text) => {
      const [, memberID, name] = alarmText.exec(text) ?? [];
      return memberID === undefined || name === undefined ? [] : [{ memberID: BigInt(memberID), name }];
    }),
  };
}
