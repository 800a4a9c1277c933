import { answered, type SeenMember } from '../../diagnose/quorum.ts';
import type { EtcdWorld } from '../world.ts';

/** The members that vote, as etcd lists them. */
export function votersOf({ quorum }: EtcdWorld): readonly SeenMember[] {
  return (quorum.members ?? []).filter(({ learner }) => !learner);
}

/** The member in a pod; undefined while it is not listed. */
export function memberIn({ quorum }: EtcdWorld, podName: string): SeenMember | undefined {
  return quorum.members?.find((member) => member.podName === podName);
}

/** The pod of the member that leads; undefined while nobody does. */
export function leaderPod({ facts }: EtcdWorld): string | undefined {
  return answered(facts).find(({ answer: { status } }) => status.leader === status.header.memberID)?.podName;
}

/** Why not every listed member is well; undefined: all are, and all of them vote. */
export function notAllWell({ quorum }: EtcdWorld): string | undefined {
  if (!quorum.members) return 'no member tells who the members are';
  if (quorum.verdict !== 'Quorate') return 'etcd has no quorum';
  const learner = quorum.members.find((member) => member.learner);
  if (learner) return `member ${learner.name || learner.id.toString(16)} is a learner that has not caught up`;
  const sick = quorum.members.filter(({ healthy }) => !healthy).map(({ podName, name }) => podName ?? name);
  return sick.length === 0 ? undefined : `${sick.join(', ')} is not healthy`;
}

/** A pod whose member is healthy and votes, by preference one that does not lead. */
export function healthyPod(world: EtcdWorld, except?: string): string | undefined {
  const pods = votersOf(world).flatMap(({ healthy, podName }) =>
    healthy && podName !== undefined && podName !== except ? [podName] : [],
  );
  const leader = leaderPod(world);
  return pods.find((pod) => pod !== leader) ?? pods[0];
}
