import type { RecoveryConditionType } from './recovery-conditions.ts';
import type { ReasonTable } from './reason-entry.ts';

const Failed = {
  status: 'True',
  meaning: 'A step could not go on. Temporary changes are reverted, unless the message says otherwise.',
  action: 'Do what the message says; see also `status.steps` and `status.temporaryChanges`.',
} as const;

const Refused = {
  status: 'True',
  meaning: 'Something forbids it, or no plan could be made; nothing was changed.',
  action: 'Do what the message says, then make another EtcdRecovery.',
} as const;

const Cancelled = {
  status: 'True',
  meaning: 'It was stopped, or what it was planned for is over, and temporary changes were reverted.',
} as const;

const Expired = {
  status: 'True',
  meaning: 'Nobody approved the plan in time; nothing was changed.',
  action: 'Make another EtcdRecovery when it is still wanted. A guard does so by itself.',
} as const;

/** Every reason that a condition of an EtcdRecovery can have. The reference is generated from these tables. */
export const recoveryReasons = {
  Complete: {
    Succeeded: { status: 'True', meaning: 'It has done what its plan said.' },
    NotEnded: { status: 'False', meaning: 'It has not ended.' },
    NotSucceeded: { status: 'False', meaning: 'It has ended without having done what its plan said: see `Failed`.' },
    DryRun: { status: 'False', meaning: 'The plan is made, and `dryRun` lets it go no further.' },
  },
  Failed: {
    Failed,
    Refused,
    Cancelled,
    Expired,
    NotFailed: { status: 'False', meaning: 'It has not ended, or has succeeded.' },
  },
  Reconciling: {
    Planning: { status: 'True', meaning: 'The plan is being made; the message says what is awaited.' },
    AwaitingApproval: {
      status: 'True',
      meaning: 'The plan waits for the approval of a person.',
      action: 'Read `status.plan` and set `spec.approval.planHash`, or delete the EtcdRecovery.',
    },
    Running: { status: 'True', meaning: 'The plan is being carried out.' },
  },
  Stalled: { Failed, Refused, Cancelled, Expired },
} as const satisfies Readonly<Record<RecoveryConditionType, ReasonTable>>;
