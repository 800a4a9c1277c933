import { replaceMember } from './advice.ts';
import { crashLine } from './crash-line.ts';

/** A member whose own idea of the initial cluster does not fit the member list: added twice, or not at all. */
export const memberCountUnequal = crashLine({
  case: 'MemberCountUnequal',
  pattern: /error validating peerURLs .*member count is unequal/,
  remedy: (input, pods) =>
    `Its own list of members does not fit the cluster's: compare etcdctl member list with ETCD_INITIAL_CLUSTER. ${replaceMember(input, pods)}`,
});
