import type { MemberAdmin } from '../../etcd/member-admin.ts';
import type { EtcdMemberClient } from '../../etcd/member-client.ts';
import type { KubeClient } from '../../kube/client.ts';
import type { PodLogs } from '../../kube/pod-logs.ts';

/** Another operator has gone on with the recovery: what this one believes is old. */
export class TakenOver extends Error {
  override readonly name = 'TakenOver';

  constructor() {
    super('another operator went on with this recovery: nothing more is done here');
  }
}

/**
 * A client that asks before each change whether this operator is still the one at it. A call that is under way at that
 * moment may be done much later still: each says besides of which version of an object it was thought.
 *
 * @param ours throws {@link TakenOver} when it is not
 */
export function fencedClient(client: KubeClient & PodLogs, ours: () => Promise<void>): KubeClient & PodLogs {
  return {
    get: (...args) => client.get(...args),
    list: (...args) => client.list(...args),
    watch: (...args) => client.watch(...args),
    podLog: (...args) => client.podLog(...args),
    create: async (...args) => (await ours(), client.create(...args)),
    update: async (...args) => (await ours(), client.update(...args)),
    apply: async (...args) => (await ours(), client.apply(...args)),
    mergePatch: async (...args) => (await ours(), client.mergePatch(...args)),
    delete: async (...args) => (await ours(), client.delete(...args)),
  };
}

/** The same for a member of etcd, whose changes know no versions. */
export function fencedMember(
  member: EtcdMemberClient & MemberAdmin,
  ours: () => Promise<void>,
): EtcdMemberClient & MemberAdmin {
  return {
    ...member,
    compact: async (...args) => (await ours(), member.compact(...args)),
    defragment: async (...args) => (await ours(), member.defragment(...args)),
    disarmNoSpace: async (...args) => (await ours(), member.disarmNoSpace(...args)),
    moveLeader: async (...args) => (await ours(), member.moveLeader(...args)),
    removeMember: async (...args) => (await ours(), member.removeMember(...args)),
    addLearner: async (...args) => (await ours(), member.addLearner(...args)),
    promote: async (...args) => (await ours(), member.promote(...args)),
  };
}
