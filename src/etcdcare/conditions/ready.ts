import { type Assessment, blind, type Finding } from './assessment.ts';
import { conflict } from './conflict.ts';
import { healthy } from './healthy.ts';
import { recoveryInProgress } from './recovery-in-progress.ts';

const type = 'Ready';

/** The summary, for `kubectl wait` and GitOps tools: every member is well, and this guard is the one that repairs. */
export function ready(assessment: Assessment): Finding<typeof type> {
  const unknown = blind(assessment);
  if (unknown) return { type, ...unknown };
  const { status, message } = healthy(assessment);
  if (status !== 'True') return { type, status: 'False', reason: notReady(assessment), message };
  const repair = recoveryInProgress(assessment);
  if (repair.reason === 'RecoveryOrphaned')
    return { type, status: 'False', reason: 'RecoveryOrphaned', message: repair.message };
  const rival = conflict(assessment);
  if (rival.reason === 'AnotherGuard') return { type, status: 'False', reason: 'AnotherGuard', message: rival.message };
  return { type, status: 'True', reason: 'EtcdReady', message };
}

function notReady({ quorum, diagnosis }: Assessment): 'QuorumLost' | 'Degraded' | 'StartingUp' {
  if (diagnosis?.case === 'StartingUp') return 'StartingUp';
  return quorum.verdict === 'Lost' ? 'QuorumLost' : 'Degraded';
}
