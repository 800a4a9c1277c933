import type { Diagnosis, EtcdGuard } from '../../api/etcd-guard.ts';
import type { EtcdRecovery } from '../../api/etcd-recovery.ts';
import type { GuardConditionType, GuardFinding } from '../../api/guard-conditions.ts';
import type { Quorum } from '../diagnose/quorum.ts';
import type { EtcdFacts, Rival } from '../facts.ts';
import type { Journal } from '../recovery/journal.ts';

/** What conditions are judged from: the facts and what was diagnosed from them. */
export interface Assessment {
  readonly facts: EtcdFacts;
  readonly quorum: Quorum;
  /** Absent when nothing is wrong. */
  readonly diagnosis?: Diagnosis;
  readonly guard: EtcdGuard;
  /** Those of this guard. */
  readonly recoveries: readonly EtcdRecovery[];
  /** Of the recovery that is at this etcd, or was left half done. */
  readonly journal?: Journal;
  /** Another guard of the same etcd. */
  readonly rival?: Rival;
}

/** What one judge finds. */
export type Finding<Type extends GuardConditionType> = GuardFinding<Type>;

/** `Unknown`, or undefined while the operator sees enough. */
export function blind({ diagnosis }: Assessment) {
  if (diagnosis?.case !== 'OperatorBlind') return undefined;
  return {
    status: 'Unknown',
    reason: 'OperatorBlind',
    message: `${diagnosis.evidence}; nothing is said about etcd since ${diagnosis.sinceTime}`,
  } as const;
}
