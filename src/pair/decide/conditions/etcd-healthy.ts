import { findCondition, type Condition } from '../../../api/conditions.ts';
import type { Alarm } from '../../../etcd/alarms.ts';
import type { EtcdFacts } from '../../facts.ts';
import type { GuardView } from '../../guard-view.ts';
import { unsteadyUntil } from '../etcd-blame.ts';
import { unread, type Assessment, type Finding } from './assessment.ts';

const type = 'EtcdHealthy';
type EtcdHealthy = Finding<typeof type>;

/**
 * Whether etcd is well: what the pair's own connection tells, and what the guard says that the pair names. What is seen
 * to be wrong counts, whoever sees it; a guard that says nothing changes no verdict.
 */
export function etcdHealthy(assessment: Assessment): EtcdHealthy {
  const own = seenByThePair(assessment);
  const { guard, pair } = assessment.facts;
  return guard ? withGuard(own, guard, findCondition(pair.status?.conditions, type)) : own;
}

/**
 * A linearizable read proves a quorum; when none succeeds, what the endpoints say one by one tells a lost quorum (an
 * endpoint that answers and sees no leader) from an operator that cannot reach them.
 */
function seenByThePair(assessment: Assessment): EtcdHealthy {
  const { etcd } = assessment.facts;
  if (etcd.state === 'Unknown' && etcd.endpoints.some(({ finding }) => finding === 'NoLeader'))
    return {
      type,
      status: 'False',
      reason: 'NoQuorum',
      message: `etcd answers and has no leader since ${etcd.since.toISOString()}: ${etcd.endpoints.map(({ endpoint, detail }) => `${endpoint} ${detail}`).join('; ')}`,
    };
  const alarm = alarmRaised(alarmsOf(etcd));
  if (alarm) return alarm;
  const unknown = unread(assessment);
  if (unknown) return { type, ...unknown };
  const unsteady = unsteadyUntil(assessment.facts);
  if (unsteady && etcd.state === 'Known' && etcd.outage)
    return {
      type,
      status: 'False',
      reason: 'JustBack',
      message: `etcd could not be read from ${etcd.outage.since.toISOString()} to ${etcd.outage.end.toISOString()}: processes that lost their session meanwhile may still end, and pods are left alone until ${unsteady.toISOString()}`,
    };
  return { type, status: 'True', reason: 'Healthy', message: 'a linearizable read succeeds' };
}

function alarmsOf(etcd: EtcdFacts): readonly Alarm[] {
  switch (etcd.state) {
    case 'Known':
      return etcd.alarms ?? [];
    case 'Pending':
      return [];
    case 'Unknown':
      return etcd.endpoints.flatMap(({ alarms = [] }) => alarms);
  }
}

function alarmRaised(alarms: readonly Alarm[]): EtcdHealthy | undefined {
  const raisedBy = (name: string): string | undefined => {
    const ids = alarms.filter((alarm) => alarm.name === name).map(({ memberID }) => memberID.toString(16));
    return ids.length === 0 ? undefined : `etcd member ${[...new Set(ids)].sort().join(', ')}`;
  };
  const corrupt = raisedBy('CORRUPT');
  if (corrupt !== undefined)
    return {
      type,
      status: 'False',
      reason: 'CorruptAlarm',
      message: `${corrupt} has raised the alarm CORRUPT: what the members hold differs, and etcd refuses to serve; do not disarm the alarm before the wrong member is replaced`,
    };
  const full = raisedBy('NOSPACE');
  if (full === undefined) return undefined;
  return {
    type,
    status: 'False',
    reason: 'SpaceAlarm',
    message: `${full} has raised the alarm NOSPACE: etcd refuses every write, and Milvus can change no metadata and register nothing; compact, defragment one member after the other, then disarm the alarm`,
  };
}

function withGuard(own: EtcdHealthy, guard: GuardView, before: Condition | undefined): EtcdHealthy {
  const saying = `${own.message}; EtcdGuard ${guard.name} `;
  switch (guard.verdict) {
    case 'Pending':
      if (own.reason !== 'Healthy' || !before) return own;
      if (before.reason === 'Diagnosed') return { type, status: 'False', reason: 'Diagnosed', message: before.message };
      if (before.reason === 'GuardSilent')
        return { type, status: 'True', reason: 'GuardSilent', message: before.message };
      return own;
    case 'Healthy':
      if (own.reason !== 'EtcdUnreachable') return own;
      return {
        ...own,
        message: `${saying}finds every member well: what is wrong lies between the operator and the endpoints`,
      };
    case 'Silent':
      if (own.reason !== 'Healthy') return { ...own, message: `${saying}${guard.why}` };
      return { type, status: 'True', reason: 'GuardSilent', message: `${saying}${guard.why}` };
    case 'Ailing':
      if (own.status === 'False' && own.reason !== 'JustBack')
        return { ...own, message: `${saying}says: ${diagnosed(guard)}` };
      return {
        type,
        status: 'False',
        reason: 'Diagnosed',
        message: `EtcdGuard ${guard.name} says: ${diagnosed(guard)}`,
      };
  }
}

function diagnosed({ diagnosis }: Extract<GuardView, { verdict: 'Ailing' }>): string {
  const { case: ailment, sinceTime, pods = [], evidence, certainty, remedy, action, recoveryName } = diagnosis;
  const where = pods.length === 0 ? '' : ` of ${pods.join(', ')}`;
  const what = `${ailment}${where} since ${sinceTime} (${certainty}): ${evidence}`;
  if (recoveryName !== undefined)
    return `${what}; remedy: ${action ?? remedy}: kubectl describe etcdrecovery ${recoveryName}`;
  return `${what}; remedy: ${action === undefined ? '' : `${action}, or by hand: `}${remedy}`;
}
