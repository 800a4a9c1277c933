import type { ListedMember } from '../../etcd/member-client.ts';
import type { EtcdFacts, MemberAnswer, MemberLook } from '../facts.ts';
import type { PodFacts } from '../pod-facts.ts';
import { podNames } from '../setup/etcd-setup.ts';

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
  /** It was stopped so that it does not split, by this EtcdRecovery. */
  readonly fencedBy?: string;
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
  const { fencedBy, name } = facts.setup;
  if (fencedBy !== undefined)
    return {
      ...counts,
      verdict: 'Lost',
      evidence: `EtcdRecovery ${fencedBy} has stopped StatefulSet ${name}`,
      fencedBy,
    };
  const evidence = leaderless(facts) ?? containersDown(facts, counts.needed);
  return { ...counts, verdict: evidence === undefined ? 'Unknown' : 'Lost', evidence: evidence ?? '' };
}

/**
 * The pods whose members run, by their own word. One that lets nobody log in, for it sees no leader, tells no more than
 * that.
 */
export function runningMembers({ looks }: Pick<EtcdFacts, 'looks'>): readonly string[] {
  return looks.filter((look) => 'answer' in look || seesNoLeader(look)).map(({ podName }) => podName);
}

function seesNoLeader(look: MemberLook): boolean {
  return 'answer' in look ? look.answer.status.leader === 0n : look.error.code === 'NoLeader';
}

/** Members that answer and see no leader have no quorum, whatever became of the others. */
function leaderless(facts: EtcdFacts): string | undefined {
  const running = runningMembers(facts);
  const lead = facts.looks.some((look) => running.includes(look.podName) && !seesNoLeader(look));
  if (running.length === 0 || lead) return undefined;
  const one = running.length === 1;
  return `${running.join(', ')} answer${one ? 's' : ''} and see${one ? 's' : ''} no leader`;
}

/** Too many containers are down for a majority to be left, and no pod of this etcd is ready. */
function containersDown({ pods, missing, setup, now }: EtcdFacts, needed: number): string | undefined {
  const expected = Math.max(setup.replicas, setup.initialCluster.length);
  // Scaled away: a member that runs and was restarted without a quorum serves nobody who could be told so (etcd 3.5).
  const away = setup.replicas === 0 ? [] : podNames({ ...setup, replicas: expected }).slice(setup.replicas);
  const down = [...pods.filter((pod) => isDown(pod, now)).map(({ name }) => name), ...missing, ...away];
  if (pods.some(({ ready }) => ready) || expected - down.length >= needed || down.length === 0) return undefined;
  return `the containers of ${down.join(', ')} do not run, or not for long, and no pod is ready`;
}

/** A container that was started again more than once runs only when it has done so for this long, milliseconds. */
const RUNS_AFTER_MS = 60_000;

/** Not running by the word of a kubelet that can be believed, or between two crashes. */
function isDown({ container, nodeReady, crash }: PodFacts, now: Date): boolean {
  if (nodeReady === false) return false;
  switch (container.state) {
    case 'Terminated':
    case 'Waiting':
      return true;
    case 'Running':
      return (crash?.restarts ?? 0) > 1 && now.getTime() - container.since.getTime() < RUNS_AFTER_MS;
    case 'Unknown':
      return false;
  }
}

function membersOf({ pods }: EtcdFacts, looks: readonly Answered[]): readonly SeenMember[] | undefined {
  // One that a quorum listens to knows who the members are, else the one that has applied the most: a volume that was
  // left with old data may have applied more than the members that were restored beside it.
  const [newest] = looks.toSorted(
    (a, b) =>
      Number(b.answer.readThroughQuorum) - Number(a.answer.readThroughQuorum) ||
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
