import type { Diagnosis } from '../../api/etcd-guard.ts';
import type { GuardConditionType, GuardFinding } from '../../api/guard-conditions.ts';
import type { Quorum } from '../diagnose/quorum.ts';
import type { EtcdFacts } from '../facts.ts';

/** What conditions are judged from: the facts and what was diagnosed from them. */
export interface Assessment {
  readonly facts: EtcdFacts;
  readonly quorum: Quorum;
  /** Absent when nothing is wrong. */
  readonly diagnosis?: Diagnosis;
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
