import { etcdEventReasons, type EtcdEventReason } from '../api/etcd-event-reasons.ts';
import type { EtcdGuard, EtcdGuardStatus } from '../api/etcd-guard.ts';
import type { EtcdRecovery, EtcdRecoveryStatus, RecoveryState } from '../api/etcd-recovery.ts';
import type { EventReport } from '../kube/events.ts';
import { earlierFace } from './quorum-loss.ts';

/** The event of a guard whose diagnosis has changed; undefined: it has not, members only start, or it was told in this loss. */
export function guardEvent(guard: EtcdGuard, status: EtcdGuardStatus): EventReport | undefined {
  const [before, now] = [guard.status?.diagnosis, status.diagnosis];
  if (now?.case === before?.case || now?.case === 'StartingUp') return undefined;
  if (now) {
    if (earlierFace(now.case, guard.status)) return undefined;
    const note = `${now.case} (${now.certainty}): ${now.evidence}`;
    return event('EtcdAilmentFound', guard, `${now.case}/${now.sinceTime}`, 'Diagnose', note);
  }
  if (!before || before.case === 'StartingUp') return undefined;
  return event('EtcdWell', guard, `well/${before.sinceTime}`, 'Diagnose', `${before.case} is over`);
}

const reasons: Readonly<Partial<Record<RecoveryState, EtcdEventReason>>> = {
  AwaitingApproval: 'RecoveryAwaitsApproval',
  Running: 'RecoveryStarted',
  Succeeded: 'RecoverySucceeded',
  Failed: 'RecoveryFailed',
  Refused: 'RecoveryRefused',
  Cancelled: 'RecoveryCancelled',
  Expired: 'RecoveryExpired',
};

/** The event of a recovery that has come into another state, or whose plan has to be approved anew. */
export function recoveryEvent(recovery: EtcdRecovery, status: EtcdRecoveryStatus): EventReport | undefined {
  const { state, planHash = '', message = '' } = status;
  const before = recovery.status;
  const reason = state && reasons[state];
  const anew = state === 'AwaitingApproval' && planHash !== before?.planHash;
  if (!reason || (state === before?.state && !anew)) return undefined;
  return event(reason, recovery, `${state}/${planHash}`, recovery.spec.action, message);
}

function event(
  reason: EtcdEventReason,
  regarding: EtcdGuard | EtcdRecovery,
  what: string,
  action: string,
  note: string,
): EventReport {
  const { type } = etcdEventReasons[reason];
  return { key: `${regarding.metadata.uid}/${what}`, regarding, type, reason, action, note };
}
