import type { EtcdRecovery, EtcdRecoveryStatus, RecoveryState } from '../../api/etcd-recovery.ts';
import type { Journal } from './journal.ts';
import type { Plan, Remedy } from './remedy.ts';

/** What the CRD accepts (maxLength). */
const MAX = { message: 4096, words: 1024, evidence: 4096, change: 512 } as const;

/** The status of a recovery that has not begun. */
export function plannedStatus(
  { metadata, status }: EtcdRecovery,
  state: Extract<RecoveryState, 'Planned' | 'AwaitingApproval'>,
  message: string,
  planned?: { readonly plan: Plan; readonly hash: string; readonly expires: Date },
): EtcdRecoveryStatus {
  const kept = planned === undefined || status === undefined ? {} : keptFields(status);
  return {
    ...kept,
    ...(status?.journal ? { journal: status.journal } : {}),
    observedGeneration: metadata.generation,
    state,
    message: message.slice(0, MAX.message),
    ...(planned ? planFields(planned.plan) : {}),
    ...(planned ? { planHash: planned.hash, planExpiresTime: planned.expires.toISOString() } : offered(status)),
  };
}

/** The status of a recovery whose turn has not come: what was planned and asked stays to be read. */
export function waitingStatus({ metadata, status }: EtcdRecovery, message: string): EtcdRecoveryStatus {
  return { ...status, observedGeneration: metadata.generation, state: status?.state ?? 'Planned', message };
}

/** What a recovery that runs does, in a sentence. */
export function messageOf({ steps, ending }: Journal): string {
  const at = steps.at(-1);
  return ending?.message ?? at?.message ?? (at ? `${at.name} begins` : 'begins');
}

/** The status of a recovery that runs, told by its journal. */
export function runningStatus(
  { metadata, status }: EtcdRecovery,
  remedy: Remedy,
  journal: Journal,
  message: string,
): EtcdRecoveryStatus {
  const at = journal.steps.at(-1);
  const number = at ? remedy.steps.findIndex(({ name }) => name === at.name) + 1 : 0;
  const { temporaryChanges: _changed, ...kept } = status ?? {};
  return {
    ...kept,
    observedGeneration: metadata.generation,
    state: 'Running',
    message: message.slice(0, MAX.message),
    ...(at ? { step: `${number}/${remedy.steps.length} ${at.name}` } : {}),
    planHash: journal.planHash,
    approvedBy: journal.approvedBy,
    startTime: journal.startTime,
    steps: [...journal.steps],
    ...(journal.before ? { before: journal.before } : {}),
    ...(journal.changes.length > 0
      ? { temporaryChanges: journal.changes.map(({ what }) => what.slice(0, MAX.change)) }
      : {}),
  };
}

/** The status of a recovery that is over. What is still changed, because it was left so or cannot be put back, stays named. */
export function endedStatus(
  { metadata, status }: EtcdRecovery,
  state: Exclude<RecoveryState, 'Planned' | 'AwaitingApproval' | 'Running'>,
  message: string,
  now: Date,
): EtcdRecoveryStatus {
  const { planExpiresTime: _expired, ...kept } = status ?? {};
  return {
    ...kept,
    observedGeneration: metadata.generation,
    state,
    message: message.slice(0, MAX.message),
    endTime: now.toISOString(),
  };
}

/** A plan that cannot be made for a moment is the same one, and its approval fits, when it is made again. */
function offered({ planHash, planExpiresTime }: EtcdRecoveryStatus = {}): EtcdRecoveryStatus {
  return planHash === undefined || planExpiresTime === undefined ? {} : { planHash, planExpiresTime };
}

/** What a run that stopped to plan anew has done so far stays to be read. */
function keptFields({ steps, startTime, before, temporaryChanges }: EtcdRecoveryStatus): EtcdRecoveryStatus {
  return {
    ...(steps ? { steps } : {}),
    ...(startTime ? { startTime } : {}),
    ...(before ? { before } : {}),
    ...(temporaryChanges ? { temporaryChanges } : {}),
  };
}

function planFields({
  steps,
  mayLose,
  undo,
  evidence,
  sources,
}: Plan): Pick<EtcdRecoveryStatus, 'plan' | 'evidence' | 'sources'> {
  return {
    plan: {
      steps: steps.map((step, index) => `${index + 1}. ${step}`.slice(0, MAX.words)),
      mayLose: mayLose.slice(0, MAX.words),
      undo: undo.slice(0, MAX.words),
    },
    evidence: evidence.slice(0, MAX.evidence),
    ...(sources ? { sources: [...sources] } : {}),
  };
}
