import type { PairFacts } from '../../facts.ts';
import { cutOff, WORKS_ON_FOR } from '../cut-off.ts';
import { holderOf } from '../members.ts';
import { nameOfMember, rolesElsewhere } from '../other-roles.ts';
import { noTakeover } from '../no-takeover.ts';
import { whyNotStarted } from '../not-started.ts';
import { flagEffective } from '../role-sessions.ts';
import { stopMessage } from '../stop-message.ts';
import { blind, stopped, type Assessment, type Finding } from './assessment.ts';
import { strangers } from './strangers.ts';

const type = 'ActiveElected';

/** Whether one process of this pair holds the role. */
export function activeElected(assessment: Assessment): Finding<typeof type> {
  const unknown = blind(assessment);
  if (unknown) return { type, ...unknown };
  const { facts, members, transition } = assessment;
  const holder = holderOf(members);
  if (!holder?.session) return nobody(assessment);
  const who = `${holder.pod?.name ?? holder.session.hostName ?? holder.session.address} (server ID ${holder.session.serverID})`;
  if (holder.mayBeOurs)
    return {
      type,
      status: 'Unknown',
      reason: 'NotObserved',
      message: `${who} holds the role; its pod's address is not known yet`,
    };
  if (!holder.pod && (holder.state === 'Foreign' || holder.state === 'Unknown'))
    return {
      type,
      status: 'False',
      reason: 'HolderForeign',
      message: strangers(assessment)?.message ?? `${who} holds the role, which is none of this pair's pods`,
    };
  if (holder.state === 'Gone') {
    const { waitingBecause } = assessment;
    const why = waitingBecause === undefined ? '' : ` (not ended early: ${waitingBecause})`;
    const until = transition?.type === 'Failover' ? `, at the latest at ${transition.deadlineTime}` : '';
    return {
      type,
      status: 'False',
      reason: 'WaitingForLease',
      message: `${who} still holds the key, but its process is gone: the standby takes over when the lease ends${until}${why}`,
    };
  }
  const stopping = stopMessage(holder.pod, facts);
  if (stopping !== undefined) {
    const { waitingBecause } = assessment;
    const next = waitingBecause === undefined ? '' : `; its session is not ended early: ${waitingBecause}`;
    return { type, status: 'False', reason: 'Stopping', message: `${who} holds the role, but ${stopping}${next}` };
  }
  if (facts.etcd.state === 'Known' && flagEffective(facts.etcd.sessions) === false)
    return {
      type,
      status: 'True',
      reason: 'Elected',
      message: `${who} holds the role without active-standby: the setting does not reach Milvus; ${whereToSet(facts)}look for a key under ${facts.pair.spec.etcd.rootPath}/config in etcd, which wins over the environment`,
    };
  const unseen = holder.pod && cutOff(holder.pod, facts);
  if (unseen)
    return {
      type,
      status: 'True',
      reason: 'NodeNotReady',
      message: `${who} holds the role, but ${unseen.how}: if its process is cut off or dead, a registered standby takes over by ${unseen.leaseEndsBy.toISOString()}, when its lease has ended, and it may work on for ${WORKS_ON_FOR} beside the new one; if it holds the role after that, it lives`,
    };
  const elsewhere = rolesElsewhere(members, assessment.otherRoles).map(
    ({ role, holder: other }) =>
      `${role} is held by ${nameOfMember(other)} (server ID ${other.session?.serverID ?? ''})`,
  );
  if (elsewhere.length > 0)
    return {
      type,
      status: 'True',
      reason: 'RolesSplit',
      message: `${who} holds the role of this pair, but ${elsewhere.join(', ')}: before 2.6 each role of such a process is elected by itself, so this may be; a switchover, a rollout or a drain of its node moves what ${holder.pod?.name ?? 'it'} holds and brings them together`,
    };
  return { type, status: 'True', reason: 'Elected', message: `${who} holds the role` };
}

/** Whoever makes the workload configures its Milvus: the two that are known, and Milvus' own name of the setting. */
function whereToSet({ pair: { spec } }: PairFacts): string {
  if (!spec.workloadRef) return '';
  const { kind, name } = spec.workloadRef;
  return `switch it on where ${kind} ${name} comes from (milvus-helm: activeStandby.enabled of the coordinator; milvus-operator: enableActiveStandby in spec.config), or `;
}

function nobody(assessment: Assessment): Finding<typeof type> {
  const stop = stopped(assessment);
  if (stop) return { type, ...stop };
  const stuck = overdue(assessment);
  if (stuck) return { type, status: 'False', reason: 'NoTakeover', message: stuck };
  const [why] = assessment.facts.pods.flatMap((pod) => {
    const reason = whyNotStarted(pod);
    return reason === undefined ? [] : `: ${pod.name}: ${reason}`;
  });
  const notMade = assessment.facts.creationFailure === undefined ? '' : `: ${assessment.facts.creationFailure}`;
  return {
    type,
    status: 'False',
    reason: assessment.transition?.type === 'Failover' ? 'WaitingForTakeover' : 'Starting',
    message: `${sinceWhen(assessment)}${why ?? notMade}`,
  };
}

function sinceWhen({ lastActive, transition }: Assessment): string {
  if (transition?.type === 'Failover')
    return `nobody holds the role since ${transition.startTime}; before it was ${transition.from ?? lastActive?.name ?? 'unknown'}`;
  return lastActive
    ? `nobody holds the role since ${lastActive.time}; before it was ${lastActive.name}`
    : 'no process has registered as ACTIVE yet';
}

/** Who stands by beside a free role, once that lasts longer than any takeover does. */
export function overdue({ facts, members }: Assessment): string | undefined {
  const found = noTakeover(facts, members);
  if (!found || facts.now < found.due) return undefined;
  const names = found.standbys.map(({ pod }) => pod.name);
  return `nobody holds the role since ${found.since.toISOString()} although ${names.join(' and ')} stand by: see NoConflict, then the log of ${names[0] ?? 'the standby'}; deleting that pod makes it start again`;
}
