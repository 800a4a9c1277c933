import type { Diagnosis, EtcdGuardStatus, PastAilment } from '../api/etcd-guard.ts';
import { hasEnded, type EtcdRecovery } from '../api/etcd-recovery.ts';
import {
  GUARD_CONDITION_TYPES,
  type GuardConditionType,
  type GuardFinding,
  PERMANENT_GUARD_CONDITIONS,
} from '../api/guard-conditions.ts';
import { mergeConditionsOf } from '../api/merge-conditions.ts';
import { judges } from './conditions/index.ts';
import type { Ailment } from './diagnose/ailment.ts';
import { diagnose } from './diagnose/index.ts';
import type { EtcdFacts, GuardFacts } from './facts.ts';
import { actionFor } from './recovery/action-for.ts';
import { automaticRuns } from './recovery/budget.ts';
import { FOR_CASE } from './recovery/asked-for.ts';
import { memberFields } from './members-status.ts';
import { earlierFace, hasHeld, isSameTrouble, quorumLostSince } from './quorum-loss.ts';

/** How many past ailments the history keeps. */
const HISTORY_LENGTH = 10;
/** What the CRD accepts (maxLength, maxItems). */
const MAX = { summary: 1024, text: 4096, pods: 32 } as const;

/** What a guard's status shall say. Pure: same facts, same status. */
export function judge(facts: GuardFacts): EtcdGuardStatus {
  const { guard, subject } = facts;
  switch (subject.state) {
    case 'NotFound':
      return unseen(facts, 'StatefulSetNotFound', `there is no StatefulSet ${guard.spec.statefulSetName} here`);
    case 'NotEtcd':
      return unseen(facts, 'NotEtcd', `StatefulSet ${guard.spec.statefulSetName}: ${subject.why}`);
    case 'Etcd':
      return seen(facts, subject.facts);
  }
}

function unseen(
  { guard, recoveries, now }: GuardFacts,
  reason: 'StatefulSetNotFound' | 'NotEtcd',
  message: string,
): EtcdGuardStatus {
  const findings: GuardFinding[] = PERMANENT_GUARD_CONDITIONS.map((type) => ({
    type,
    status: 'Unknown',
    reason,
    message,
  }));
  // A StatefulSet that is not there may come; one of something else stays what it is.
  if (reason === 'NotEtcd') findings.push({ type: 'Stalled', status: 'True', reason, message });
  return {
    observedGeneration: guard.metadata.generation,
    summary: message.slice(0, MAX.summary),
    conditions: conditionsOf(guard, findings, now),
    ...keptFields(guard.status, recoveries, now),
    ...historyField(pastAilments(guard.status, undefined, now)),
  };
}

function seen({ guard, recoveries, journal, rival }: GuardFacts, facts: EtcdFacts): EtcdGuardStatus {
  const { now } = facts;
  const { ailment, quorum } = diagnose(facts);
  const lostSince = quorumLostSince(quorum, ailment, guard.status?.quorumLostSinceTime, now);
  const known = ailment && diagnosisOf(ailment, guard, lostSince, now);
  const wanted = known && actionFor(known, quorum, lostSince, guard, recoveries, now);
  const recovery = known && recoveryFor(known, lostSince, recoveries);
  const diagnosis: Diagnosis | undefined = known && {
    ...known,
    ...(wanted ? { action: wanted.action } : {}),
    ...(recovery ? { recoveryName: recovery.metadata.name } : {}),
  };
  const fields = memberFields(facts, quorum, guard.status, ailment?.case === 'OperatorBlind');
  const assessment = {
    facts,
    quorum,
    guard,
    recoveries,
    ...(diagnosis ? { diagnosis } : {}),
    ...(journal ? { journal } : {}),
    ...(rival ? { rival } : {}),
  };
  const findings = judges.flatMap((judgeOne) => judgeOne(assessment) ?? []);
  return {
    observedGeneration: guard.metadata.generation,
    summary: summaryOf(diagnosis, fields, recoveries).slice(0, MAX.summary),
    ...fields,
    ...(lostSince === undefined ? {} : { quorumLostSinceTime: lostSince }),
    ...(diagnosis ? { diagnosis } : {}),
    ...keptFields(guard.status, recoveries, now),
    conditions: conditionsOf(guard, findings, now),
    ...historyField(pastAilments(guard.status, diagnosis, now)),
  };
}

/** The recovery that is at an ailment or planned for it. */
function recoveryFor(
  { case: ailment, sinceTime }: Diagnosis,
  lostSince: string | undefined,
  recoveries: readonly EtcdRecovery[],
): EtcdRecovery | undefined {
  const open = recoveries.filter((recovery) => !hasEnded(recovery) && !recovery.spec.dryRun);
  return (
    open.find(({ status }) => status?.state === 'Running') ??
    open[0] ??
    recoveries.findLast(
      ({ metadata }) =>
        isSameTrouble(metadata.labels?.[FOR_CASE], ailment) &&
        Date.parse(metadata.creationTimestamp ?? '') >= Date.parse(lostSince ?? sinceTime),
    )
  );
}

/** The kubelet tries a mount again at most two minutes and two seconds after the last time (exponential back-off, 1.30). */
const MOUNT_RETRIES_SECONDS = 125;

/**
 * A lost quorum counts as certain only when its evidence has held for the window: a restart of all heals itself. So does
 * a volume that is not mounted, for as long as the next attempt may take: one that failed leaves an event beside a status
 * that is seconds old.
 */
function diagnosisOf(
  ailment: Ailment,
  { status, spec }: GuardFacts['guard'],
  lostSince: string | undefined,
  now: Date,
): Diagnosis {
  const previous = status?.diagnosis;
  const sinceTime = previous?.case === ailment.case ? previous.sinceTime : now.toISOString();
  const waits = ailment.case === 'QuorumLost' || ailment.case === 'AllMembersDown';
  const held = hasHeld(lostSince, spec.quorumLossWindowSeconds, now);
  const mayPass = ailment.case === 'VolumeNotMounted' && !hasHeld(sinceTime, MOUNT_RETRIES_SECONDS, now);
  return {
    case: ailment.case,
    sinceTime,
    ...(ailment.pods.length > 0 ? { pods: [...new Set(ailment.pods)].slice(0, MAX.pods) } : {}),
    evidence: ailment.evidence.slice(0, MAX.text),
    certainty: (waits && !held) || mayPass ? 'Suspected' : ailment.certainty,
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
  const { case: name, pods } = before;
  // Members that crash in turn show now this, now that: each face of a lost quorum is told once.
  const earlier = earlierFace(name, status);
  const { sinceTime } = earlier ?? before;
  const past = { case: name, sinceTime, endTime: now.toISOString(), ...(pods ? { pods } : {}) };
  return [past, ...history.filter((one) => one !== earlier)].slice(0, HISTORY_LENGTH);
}

function historyField(history: readonly PastAilment[]): Pick<EtcdGuardStatus, 'history'> {
  return history.length > 0 ? { history } : {};
}

/** What stays known whatever is seen of the etcd: without its StatefulSet, too. */
function keptFields(
  status: EtcdGuardStatus | undefined,
  recoveries: GuardFacts['recoveries'],
  now: Date,
): Pick<EtcdGuardStatus, 'lastSnapshot' | 'snapshots' | 'automaticRuns'> {
  const runs = automaticRuns(status, recoveries, now);
  return {
    ...(status?.lastSnapshot ? { lastSnapshot: status.lastSnapshot } : {}),
    ...(status?.snapshots ? { snapshots: status.snapshots } : {}),
    ...(runs.length > 0 ? { automaticRuns: runs } : {}),
  };
}

function conditionsOf({ status, metadata }: GuardFacts['guard'], findings: readonly GuardFinding[], now: Date) {
  const types: readonly GuardConditionType[] = GUARD_CONDITION_TYPES;
  const permanent: readonly GuardConditionType[] = PERMANENT_GUARD_CONDITIONS;
  return mergeConditionsOf(
    types,
    permanent,
    status?.conditions ?? [],
    findings,
    now.toISOString(),
    metadata.generation,
  );
}

/** What waits for a person comes first: it is what somebody has to do, and evidence may be long. */
function summaryOf(
  diagnosis: Diagnosis | undefined,
  { quorum, leader }: ReturnType<typeof memberFields>,
  recoveries: readonly EtcdRecovery[],
): string {
  const members = quorum ? `${quorum.healthy} of ${quorum.voters} voters healthy` : 'members not known';
  const led = leader === undefined ? '' : `, ${leader} leads`;
  const waiting = recoveries
    .filter(({ status }) => status?.state === 'AwaitingApproval')
    .map(({ metadata, spec }) => `; EtcdRecovery ${metadata.name} (${spec.action}) waits for approval`);
  const wrong = diagnosis ? `; ${diagnosis.case}: ${diagnosis.evidence}` : '';
  return `${members}${led}${waiting.join('')}${wrong}`;
}
