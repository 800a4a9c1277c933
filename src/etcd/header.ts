import type { IResponseHeader } from 'etcd3';
import type { ResponseHeader } from './types.ts';

/** What every answer of etcd begins with, its 64-bit numbers whole. */
export function headerFrom({ cluster_id, member_id, revision, raft_term }: IResponseHeader): ResponseHeader {
  return {
    clusterID: BigInt(cluster_id),
    memberID: BigInt(member_id),
    revision: BigInt(revision),
    raftTerm: BigInt(raft_term),
  };
}
