import type { Diagnosis, EtcdGuardStatus, PastAilment } from '../api/etcd-guard.ts';
import { GUARD_CONDITION_TYPES, type GuardConditionType, type GuardFinding } from '../api/guard-conditions.ts';
import { mergeConditionsOf } from '../api/merge-conditions.ts';
import { judges } from './conditions/index.ts';
import type { Ailment } from './diagnose/ailment.ts';
import { diagnose } from './diagnose/index.ts';
import type { EtcdFacts, GuardFacts } from './facts.ts';
import { memberFields } from './members-status.ts';

/** How many past ailments the history keeps. */
const HISTORY_LENGTH = 10;
/** What the CRD accepts (maxLength, maxItems). */
const MAX = { summary: 1024, text: 4096, pods: 32 } as const;

/** What a guard's status shall say. Pure: same facts, same status. */
export function judge({ guard, subject, now }: GuardFacts): EtcdGuardStatus {
  switch (subject.state) {
    case 'NotFound':
      return unseen(guard, now, 'StatefulSetNotFound', `there is no StatefulSet ${guard.spec.statefulSetName} here`);
    case 'NotEtcd':
      return unseen(guard, now, 'NotEtcd', `StatefulSet ${guard.spec.statefulSetName}: ${subject.why}`);
    case 'Etcd':
      return seen(guard, subject.facts);
  }
}

function unseen(
  guard: GuardFacts['guard'],
  now: Date,
  reason: 'StatefulSetNotFound' | 'NotEtcd',
  message: string,
): EtcdGuardStatus {
  const findings = GUARD_CONDITION_TYPES.map((type): GuardFinding => ({ type, status: 'Unknown', reason, message }));
  return {
    observedGeneration: guard.metadata.generation,
    summary: message.slice(0, MAX.summary),
    conditions: conditionsOf(guard, findings, now),
    ...historyField(pastAilments(guard.status, undefined, now)),
  };
}

function seen(guard: GuardFacts['guard'], facts: EtcdFacts): EtcdGuardStatus {
  const { now } = facts;
  const { ailment, quorum } = diagnose(facts);
  const diagnosis = ailment && diagnosisOf(ailment, guard, now);
  const fields = memberFields(facts, quorum, guard.status, ailment?.case === 'OperatorBlind');
  const assessment = { facts, quorum, ...(diagnosis ? { diagnosis } : {}) };
  const findings = judges.map((judgeOne) => judgeOne(assessment));
  return {
    observedGeneration: guard.metadata.generation,
    summary: summaryOf(diagnosis, fields).slice(0, MAX.summary),
    ...fields,
    ...(diagnosis ? { diagnosis } : {}),
    conditions: conditionsOf(guard, findings, now),
    ...historyField(pastAilments(guard.status, diagnosis, now)),
  };
}

/** A lost quorum counts as certain only when its evidence has held for the window: a restart of all heals itself. */
function diagnosisOf(ailment: Ailment, { status, spec }: GuardFacts['guard'], now: Date): Diagnosis {
  const previous = status?.diagnosis;
  const sinceTime = previous?.case === ailment.case ? previous.sinceTime : now.toISOString();
  const waits = ailment.case === 'QuorumLost' || ailment.case === 'AllMembersDown';
  const held = now.getTime() - Date.parse(sinceTime) >= spec.quorumLossWindowSeconds * 1000;
  return {
    case: ailment.case,
    sinceTime,
    ...(ailment.pods.length > 0 ? { pods: [...new Set(ailment.pods)].slice(0, MAX.pods) } : {}),
    evidence: ailment.evidence.slice(0, MAX.text),
    certainty: waits && !held ? 'Suspected' : ailment.certainty,
    remedy: ailment.remedy.slice(0, MAX.text),
  };
}

function pastAilments(
  status: EtcdGuardStatus | undefined,
  diagnosis: Diagnosis | undefined,
  now: Date,
): readonly PastAilment[] {
  const { diagnosis: before, history = [] } = status ?? {};
  // Members that start are no ailment to remember.
  if (!before || before.case === diagnosis?.case || before.case === 'StartingUp') return history;
  const { case: name, sinceTime, pods } = before;
  return [{ case: name, sinceTime, endTime: now.toISOString(), ...(pods ? { pods } : {}) }, ...history].slice(
    0,
    HISTORY_LENGTH,
  );
}

function historyField(history: readonly PastAilment[]): Pick<EtcdGuardStatus, 'history'> {
  return history.length > 0 ? { history } : {};
}

function conditionsOf({ status, metadata }: GuardFacts['guard'], findings: readonly GuardFinding[], now: Date) {
  const types: readonly GuardConditionType[] = GUARD_CONDITION_TYPES;
  return mergeConditionsOf(types, types, status?.conditions ?? [], findings, now.toISOString(), metadata.generation);
}

function summaryOf(diagnosis: Diagnosis | undefined, { quorum, leader }: ReturnType<typeof memberFields>): string {
  const members = quorum ? `${quorum.healthy} of ${quorum.voters} voters healthy` : 'members not known';
  const led = leader === undefined ? '' : `, ${leader} leads`;
  return diagnosis ? `${members}${led}; ${diagnosis.case}: ${diagnosis.evidence}` : `${members}${led}`;
}
