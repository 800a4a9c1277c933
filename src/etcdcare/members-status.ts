import type { EtcdGuardStatus, GuardMember } from '../api/etcd-guard.ts';
import { answered, type Quorum, type SeenMember } from './diagnose/quorum.ts';
import type { EtcdFacts } from './facts.ts';

/** Sizes are rounded up to this, so that a database that grows a little does not move the status. */
const SIZE_STEP_BYTES = 16 * 2 ** 20;

/** What the CRD accepts (maxItems). */
const MAX_MEMBERS = 32;

/** `status.members`, `status.quorum` and `status.leader`. */
export type MemberFields = Pick<EtcdGuardStatus, 'members' | 'quorum' | 'leader'>;

/** The members as they are listed now; while nobody tells, as they were last seen. */
export function memberFields(
  facts: EtcdFacts,
  quorum: Quorum,
  previous: EtcdGuardStatus | undefined,
  isBlind: boolean,
): MemberFields {
  if (!quorum.members) return keptFields(previous, isBlind);
  const alarms = answered(facts).flatMap(({ answer }) => answer.status.alarms);
  const members = quorum.members
    .map((member) =>
      memberOf(
        member,
        alarms.filter(({ memberID }) => memberID === member.id).map(({ name }) => name),
      ),
    )
    .toSorted((a, b) => compare(a.name, b.name) || compare(a.id, b.id))
    .slice(0, MAX_MEMBERS);
  const leader = members.find((member) => member.leader);
  return {
    members,
    quorum: quorumField(quorum.voters, quorum.healthy, quorum.needed),
    ...(leader ? { leader: leader.podName ?? leader.name } : {}),
  };
}

function keptFields(previous: EtcdGuardStatus | undefined, isBlind: boolean): MemberFields {
  const { members, quorum, leader } = previous ?? {};
  if (isBlind) return { ...(members ? { members } : {}), ...(quorum ? { quorum } : {}), ...(leader ? { leader } : {}) };
  return {
    ...(members ? { members: members.map((member) => ({ ...member, healthy: false, leader: false })) } : {}),
    ...(quorum ? { quorum: quorumField(quorum.voters, 0, quorum.needed) } : {}),
  };
}

function quorumField(voters: number, healthy: number, needed: number): NonNullable<MemberFields['quorum']> {
  return { voters, healthy, needed, ratio: `${healthy}/${voters}` };
}

function memberOf({ id, name, podName, healthy, learner, look }: SeenMember, alarms: readonly string[]): GuardMember {
  const status = look?.answer.status;
  return {
    name,
    id: id.toString(16),
    ...(podName === undefined ? {} : { podName }),
    healthy,
    leader: status !== undefined && status.leader === id,
    learner,
    ...(status
      ? {
          version: status.version,
          dbSizeBytes: Math.ceil(status.dbSizeBytes / SIZE_STEP_BYTES) * SIZE_STEP_BYTES,
        }
      : {}),
    ...(alarms.length > 0 ? { alarms: [...new Set(alarms)].sort() } : {}),
  };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
