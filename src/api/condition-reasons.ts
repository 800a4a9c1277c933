import type { ConditionType } from './conditions.ts';
import { etcdReasons } from './etcd-reasons.ts';
import type { ReasonTable } from './reason-entry.ts';
import { remediationReasons } from './remediation-reasons.ts';
import { roleReasons } from './role-reasons.ts';
import { specReasons } from './spec-reasons.ts';

/**
 * Every reason that a condition of a CoordinatorPair can have. The reference is generated from these tables, and a
 * reason that is not in them does not compile.
 */
export const conditionReasons = {
  ...roleReasons,
  ...etcdReasons,
  ...specReasons,
  ...remediationReasons,
} as const satisfies Readonly<Record<ConditionType, ReasonTable>>;
