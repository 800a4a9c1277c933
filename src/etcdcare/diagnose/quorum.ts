import type { ListedMember } from '../../etcd/member-client.ts';
import type { EtcdFacts, MemberAnswer, MemberLook } from '../facts.ts';
import type { PodFacts } from '../pod-facts.ts';

/** A look that brought an answer. */
export type Answered = Extract<MemberLook, { readonly answer: MemberAnswer }>;

/** A member as etcd lists it, with the pod that runs it and what that answered. */
export interface SeenMember extends ListedMember {
  readonly podName?: string;
  readonly look?: Answered;
  readonly healthy: boolean;
}

/** Whether etcd can decide anything, and what says so. */
export interface Quorum {
  /** `Lost` needs evidence; without it the verdict is `Unknown`: blind is not broken. */
  readonly verdict: 'Quorate' | 'Lost' | 'Unknown';
  /** Undefined while no member has told who the members are. */
  readonly members?: readonly SeenMember[];
  readonly voters: number;
  readonly healthy: number;
  readonly needed: number;
  /** For a lost quorum: what proves it. */
  readonly evidence: string;
}

/** The looks that brought an answer. */
export function answered({ looks }: Pick<EtcdFacts, 'looks'>): readonly Answered[] {
  return looks.filter((look): look is Answered => 'answer' in look);
}

/** How a majority is counted: over the voters in the member list, not over pods. */
export const majority = (voters: number): number => Math.floor(voters / 2) + 1;

/** Judges the quorum. */
export function quorumOf(facts: EtcdFacts): Quorum {
  const looks = answered(facts);
  const members = membersOf(facts, looks);
  const assumed = facts.setup.initialCluster.length || facts.setup.replicas;
  const voters = members ? members.filter(({ learner }) => !learner).length : assumed;
  const healthy = (members ?? []).filter((member) => member.healthy && !member.learner).length;
  const counts = { ...(members ? { members } : {}), voters, healthy, needed: majority(voters) };
  if (looks.some(({ answer }) => answer.readThroughQuorum)) return { ...counts, verdict: 'Quorate', evidence: '' };
  const evidence = leaderless(looks) ?? containersDown(facts, counts.needed);
  return { ...counts, verdict: evidence === undefined ? 'Unknown' : 'Lost', evidence: evidence ?? '' };
}

/** Members that answer and see no leader have no quorum, whatever became of the others. */
function leaderless(looks: readonly Answered[]): string | undefined {
  if (looks.length === 0 || looks.some(({ answer }) => answer.status.leader !== 0n)) return undefined;
  const names = looks.map(({ podName }) => podName).join(', ');
  return `${names} answer${looks.length === 1 ? 's' : ''} and see${looks.length === 1 ? 's' : ''} no leader`;
}

/** Too many containers are down for a majority to be left, and no pod of this etcd is ready. */
function containersDown({ pods, missing, setup }: EtcdFacts, needed: number): string | undefined {
  const down = [...pods.filter(isDown).map(({ name }) => name), ...missing];
  const expected = Math.max(setup.replicas, setup.initialCluster.length);
  if (pods.some(({ ready }) => ready) || expected - down.length >= needed || down.length === 0) return undefined;
  return `the containers of ${down.join(', ')} do not run, and no pod is ready`;
}

/** Not running by the word of a kubelet that can be believed. */
function isDown({ container, nodeReady }: PodFacts): boolean {
  return nodeReady !== false && (container.state === 'Terminated' || container.state === 'Waiting');
}

function membersOf({ pods }: EtcdFacts, looks: readonly Answered[]): readonly SeenMember[] | undefined {
  // The one that has applied the most knows best who the members are.
  const [newest] = looks.toSorted((a, b) =>
    compare(b.answer.status.raftAppliedIndex, a.answer.status.raftAppliedIndex),
  );
  return newest?.answer.members.map((member) => {
    const look = looks.find(({ answer }) => answer.status.header.memberID === member.id);
    const podName = look?.podName ?? pods.find(({ name }) => name === member.name)?.name ?? podOfURL(member, pods);
    return {
      ...member,
      ...(podName === undefined ? {} : { podName }),
      ...(look ? { look } : {}),
      // A learner serves no linearizable reads.
      healthy:
        look !== undefined && look.answer.status.leader !== 0n && (look.answer.readThroughQuorum || member.learner),
    };
  });
}

/** A member that was added and has not started has no name yet, only the address of its pod. */
function podOfURL({ peerURLs }: ListedMember, pods: readonly PodFacts[]): string | undefined {
  return pods.find(({ name }) => peerURLs.some((url) => url.includes(`//${name}.`)))?.name;
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
