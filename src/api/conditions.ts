import { mergeConditionsOf, type StatusCondition } from './merge-conditions.ts';
import type { ConditionReason } from './reasons.ts';

/** The conditions that a pair always has, in the order in which they are shown. */
export const PERMANENT_CONDITIONS = [
  'Ready',
  'ActiveElected',
  'StandbyReady',
  'Redundant',
  'EtcdReachable',
  'EtcdHealthy',
  'ServiceInSync',
  'NoConflict',
  'UpToDate',
  'SpecValid',
  'RemediationRequired',
  'Paused',
] as const;

/** The conditions that are there only while they are true (kstatus: work in progress, or stuck). */
export const PASSING_CONDITIONS = ['Reconciling', 'Stalled'] as const;

/** Every condition type of a CoordinatorPair. */
export const CONDITION_TYPES = [...PERMANENT_CONDITIONS, ...PASSING_CONDITIONS] as const;

/** The type of a condition of a CoordinatorPair. */
export type ConditionType = (typeof CONDITION_TYPES)[number];

/** What each condition says when it is true. */
export const conditionMeanings: Readonly<Record<ConditionType, string>> = {
  Ready: 'An ACTIVE serves and a STANDBY is registered to take over.',
  ActiveElected: 'A process of this pair holds the role in etcd.',
  StandbyReady: 'A second process is registered in etcd and would take over.',
  Redundant: 'ACTIVE and STANDBY run on different nodes.',
  EtcdReachable: 'The operator can read the sessions in etcd.',
  EtcdHealthy: 'etcd has a quorum.',
  ServiceInSync: 'The Service `<name>-active` leads to the ACTIVE and to nothing else.',
  NoConflict: 'Names and role belong to this pair alone.',
  UpToDate: 'Both pods are as the spec asks.',
  SpecValid: 'The spec, and what it refers to, can be carried out.',
  RemediationRequired: 'Something waits for the approval of a person; see `status.proposals`.',
  Paused: 'The operator leaves the pair alone, as its mode asks.',
  Reconciling: 'The pair is on its way to what the spec asks. Only there while it is true.',
  Stalled: 'Only a person can help. Only there while it is true.',
};

/** Whether a condition holds. */
export type ConditionStatus = 'True' | 'False' | 'Unknown';

/** A condition as it stands in the status (metav1.Condition). */
export type Condition = StatusCondition<ConditionType>;

/** What was found about one condition; the rest of a {@link Condition} follows from what was known before. */
export type ConditionFinding = {
  readonly [Type in ConditionType]: {
    readonly type: Type;
    readonly status: ConditionStatus;
    /** One of the documented reasons of this condition (condition-reasons.ts). */
    readonly reason: ConditionReason<Type>;
    /** What is the case, since when, until when, and what to do. */
    readonly message: string;
  };
}[ConditionType];

/**
 * The conditions to write: always all permanent ones, in one order, and the passing ones that were found true. The
 * time of transition moves only when the status does. A permanent condition without a finding is Unknown.
 *
 * @param previous what the status holds now
 * @param findings at most one for a type
 * @param nowIso the time of the findings, RFC 3339
 * @param generation the generation of the spec that the findings are about
 */
export function mergeConditions(
  previous: readonly Condition[],
  findings: readonly ConditionFinding[],
  nowIso: string,
  generation: number,
): Condition[] {
  const shown = findings.filter(isShown);
  return mergeConditionsOf(CONDITION_TYPES, PERMANENT_CONDITIONS, previous, shown, nowIso, generation);
}

const isShown = ({ type, status }: ConditionFinding): boolean =>
  status === 'True' || !(PASSING_CONDITIONS as readonly ConditionType[]).includes(type);

/** The condition of a type, if it is there. */
export function findCondition(
  conditions: readonly Condition[] | undefined,
  type: ConditionType,
): Condition | undefined {
  return conditions?.find((condition) => condition.type === type);
}
