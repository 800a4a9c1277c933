import { holderOf } from '../members.ts';
import { flagEffective } from '../role-sessions.ts';
import { blind, isStopped, type Assessment, type Finding } from './assessment.ts';
import { noConflict } from './no-conflict.ts';

const type = 'ActiveElected';

/** Whether one process of this pair holds the role. */
export function activeElected(assessment: Assessment): Finding<typeof type> {
  const unknown = blind(assessment);
  if (unknown) return { type, ...unknown };
  const { facts, members, transition } = assessment;
  const holder = holderOf(members);
  if (!holder?.session) return nobody(assessment);
  const who = `${holder.pod?.name ?? holder.session.hostName ?? holder.session.address} (server ID ${holder.session.serverID})`;
  if (holder.state === 'Unknown')
    return {
      type,
      status: 'Unknown',
      reason: 'NotObserved',
      message: `${who} holds the role; its pod's address is not known yet`,
    };
  if (holder.state === 'Gone') {
    const conflict = noConflict(assessment);
    if (conflict.reason === 'ForeignMember')
      return { type, status: 'False', reason: 'HolderForeign', message: conflict.message };
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
  if (facts.etcd.state === 'Known' && flagEffective(facts.etcd.sessions) === false)
    return {
      type,
      status: 'True',
      reason: 'Elected',
      message: `${who} holds the role without active-standby: the setting does not reach Milvus; look for a key under ${facts.pair.spec.etcd.rootPath}/config in etcd, which wins over the environment`,
    };
  return { type, status: 'True', reason: 'Elected', message: `${who} holds the role` };
}

function nobody(assessment: Assessment): Finding<typeof type> {
  if (isStopped(assessment))
    return { type, status: 'False', reason: 'Stopped', message: 'the pair is stopped: spec.runState is Stopped' };
  const { transition, facts } = assessment;
  if (transition?.type === 'Failover')
    return {
      type,
      status: 'False',
      reason: 'WaitingForTakeover',
      message: `nobody holds the role since ${transition.startTime}; before it was ${transition.from ?? 'unknown'}`,
    };
  const waiting = facts.pods.find(({ container }) => container.waiting)?.container.waiting;
  const why = waiting
    ? `: a container waits with ${waiting.reason}${waiting.message ? ` (${waiting.message})` : ''}`
    : '';
  return { type, status: 'False', reason: 'Starting', message: `no process has registered as ACTIVE yet${why}` };
}
