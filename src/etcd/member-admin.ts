import { systemClock, type Clock } from '../base/clock.ts';
import { EtcdConnection } from './connection.ts';
import { countLinks, type LinkNumbers } from './link.ts';
import { MEMBER_LOGIN_MS, memberClient, type EtcdMemberClient } from './member-client.ts';
import { rpc } from './rpc.ts';
import type { EtcdTarget } from './types.ts';

/** Defragmenting rewrites the whole file while the member serves nobody: about 10 s a gigabyte on a good disk. */
const DEFRAGMENT_DEADLINE_MS = 300_000;
/** A change of the membership waits until it is applied. */
const CHANGE_DEADLINE_MS = 10_000;

/**
 * What changes an etcd, sent to one member by itself and once: nothing is repeated, so whoever calls looks at what is
 * the case before it calls again.
 *
 * Every method throws EtcdError (errors.ts).
 */
export interface MemberAdmin {
  /** Removes all revisions before this one; answered when the file has room for it. */
  compact(revision: bigint, signal?: AbortSignal): Promise<void>;
  /** Rewrites this member's file without holes; it serves nobody meanwhile. */
  defragment(signal?: AbortSignal): Promise<void>;
  /** Takes away one member's space alarm. */
  disarmNoSpace(memberID: bigint, signal?: AbortSignal): Promise<void>;
  /** Only the leader can be told. */
  moveLeader(to: bigint, signal?: AbortSignal): Promise<void>;
  removeMember(memberID: bigint, signal?: AbortSignal): Promise<void>;
  /** Adds one that learns and does not vote, so that the quorum stays as it is. @returns its id. */
  addLearner(peerURL: string, signal?: AbortSignal): Promise<bigint>;
  /** Lets a learner vote; refused while it has not caught up ("in sync with leader"). */
  promote(memberID: bigint, signal?: AbortSignal): Promise<void>;
  /** How many keys there are, as this member knows it. */
  countKeys(signal?: AbortSignal): Promise<bigint>;
}

/** Makes clients of single members that can change them. */
export type ConnectAdmin = (target: EtcdTarget) => EtcdMemberClient & MemberAdmin;

/** Makes {@link ConnectAdmin}. */
export function adminConnector(clock: Clock = systemClock, nextLinkNumber: LinkNumbers = countLinks()): ConnectAdmin {
  return (target) => {
    const connection = new EtcdConnection(target, nextLinkNumber, clock, MEMBER_LOGIN_MS);
    const change = async (what: string, send: ReturnType<typeof rpc<unknown>>, signal?: AbortSignal): Promise<void> => {
      await connection.call({ what, send, deadlineMs: CHANGE_DEADLINE_MS }, signal);
    };
    return {
      ...memberClient(connection),
      compact: (revision, signal) =>
        change('compacting', rpc('KV', 'compact', { revision: revision.toString(), physical: true }), signal),
      defragment: async (signal) => {
        const send = rpc('Maintenance', 'defragment', {});
        await connection.call({ what: 'defragmenting', send, deadlineMs: DEFRAGMENT_DEADLINE_MS }, signal);
      },
      disarmNoSpace: (memberID, signal) => {
        // Deactivate and NOSPACE, by number: etcd3's copy of rpc.proto spells the words otherwise than etcd.
        const request = { action: 2, memberID: memberID.toString(), alarm: 1 };
        return change('disarming the space alarm', rpc('Maintenance', 'alarm', request), signal);
      },
      moveLeader: (to, signal) =>
        change('moving the leader', rpc('Maintenance', 'moveLeader', { targetID: to.toString() }), signal),
      removeMember: (memberID, signal) =>
        change('removing a member', rpc('Cluster', 'memberRemove', { ID: memberID.toString() }), signal),
      addLearner: async (peerURL, signal) => {
        const send = rpc<{ readonly member: { readonly ID: string } }>('Cluster', 'memberAdd', {
          peerURLs: [peerURL],
          isLearner: true,
        });
        const { member } = await connection.call(
          { what: 'adding a learner', send, deadlineMs: CHANGE_DEADLINE_MS },
          signal,
        );
        return BigInt(member.ID);
      },
      promote: (memberID, signal) =>
        change('promoting a learner', rpc('Cluster', 'memberPromote', { ID: memberID.toString() }), signal),
      countKeys: async (signal) => {
        const everything = { key: Buffer.from([0]), range_end: Buffer.from([0]), count_only: true, serializable: true };
        const { count } = await connection.call(
          { what: 'counting keys', send: rpc<{ readonly count: string }>('KV', 'range', everything) },
          signal,
        );
        return BigInt(count);
      },
    };
  };
}
