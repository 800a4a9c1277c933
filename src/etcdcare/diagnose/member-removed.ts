import { replaceMember } from './advice.ts';
import { crashLine } from './crash-line.ts';

/** A member that was removed while it was away; its data directory can never join again (etcd 3.4 to 3.6). */
export const memberRemoved = crashLine({
  case: 'MemberRemoved',
  pattern: /the member has been permanently removed from the cluster|etcdserver: member not found/,
  remedy: replaceMember,
});
