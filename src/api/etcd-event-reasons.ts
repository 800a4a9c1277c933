import type { EventReasonEntry } from './reason-entry.ts';

/** Every reason of an event about an EtcdGuard or an EtcdRecovery. The reference is generated from this table. */
export const etcdEventReasons = {
  EtcdAilmentFound: {
    type: 'Warning',
    meaning: 'Something is wrong with the etcd of a guard, or something else than before.',
    action: 'See `status.diagnosis` of the EtcdGuard.',
  },
  EtcdWell: { type: 'Normal', meaning: 'Nothing is wrong with the etcd of a guard any more.' },
  RecoveryAwaitsApproval: {
    type: 'Warning',
    meaning: 'A plan is made and waits for a person.',
    action: 'Read `status.plan` of the EtcdRecovery and set `spec.approval.planHash`.',
  },
  RecoveryStarted: { type: 'Normal', meaning: 'An approved plan is being carried out.' },
  RecoverySucceeded: { type: 'Normal', meaning: 'A recovery has done what its plan said.' },
  RecoveryFailed: {
    type: 'Warning',
    meaning: 'A recovery could not go on. The message says how to go on by hand.',
    action: 'See `status.steps` and `status.temporaryChanges` of the EtcdRecovery.',
  },
  RecoveryRefused: {
    type: 'Warning',
    meaning: 'Something forbids a recovery; nothing was changed.',
    action: 'Do what the message says.',
  },
  RecoveryCancelled: {
    type: 'Normal',
    meaning: 'A recovery was stopped, and what was changed for the time was put back.',
  },
  RecoveryExpired: {
    type: 'Warning',
    meaning: 'Nobody approved a plan in time; nothing was changed.',
    action: 'Make another EtcdRecovery when it is still wanted.',
  },
} as const satisfies Readonly<Record<string, EventReasonEntry>>;

/** A documented reason of such an event. */
export type EtcdEventReason = keyof typeof etcdEventReasons;
