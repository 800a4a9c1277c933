import type { StatusCondition } from './merge-conditions.ts';
import type { recoveryReasons } from './recovery-reasons.ts';

/** The conditions that an EtcdRecovery always has, named as those of a Job. */
export const PERMANENT_RECOVERY_CONDITIONS = ['Complete', 'Failed'] as const;

/** Every condition type of an EtcdRecovery; the others are there only while they are true (kstatus). */
export const RECOVERY_CONDITION_TYPES = [...PERMANENT_RECOVERY_CONDITIONS, 'Reconciling', 'Stalled'] as const;

/** The type of a condition of an EtcdRecovery. */
export type RecoveryConditionType = (typeof RECOVERY_CONDITION_TYPES)[number];

/** What each condition says when it is true. */
export const recoveryConditionMeanings: Readonly<Record<RecoveryConditionType, string>> = {
  Complete: 'It has succeeded.',
  Failed: 'It has ended without success.',
  Reconciling: 'It has not ended. Only there while it is true.',
  Stalled: 'The same as `Failed`, for kstatus. Only there while it is true.',
};

/** A condition of an EtcdRecovery. */
export type RecoveryCondition = StatusCondition<RecoveryConditionType>;

/** What was found about one condition of an EtcdRecovery. */
export type RecoveryFinding = {
  readonly [T in RecoveryConditionType]: {
    readonly type: T;
    readonly status: 'True' | 'False';
    /** One of the documented reasons of this condition (recovery-reasons.ts). */
    readonly reason: keyof (typeof recoveryReasons)[T];
    readonly message: string;
  };
}[RecoveryConditionType];
