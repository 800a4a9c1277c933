import type { guardReasons } from './guard-reasons.ts';

/** The conditions that an EtcdGuard always has, in the order in which they are shown. */
export const PERMANENT_GUARD_CONDITIONS = [
  'Ready',
  'Healthy',
  'Quorate',
  'Consistent',
  'SpaceOK',
  'SnapshotFresh',
  'Diagnosed',
  'RecoveryInProgress',
  'ConfigurationSafe',
  'Conflict',
] as const;

/** The conditions that are there only while they are true (kstatus: work in progress, or stuck). */
export const PASSING_GUARD_CONDITIONS = ['Reconciling', 'Stalled'] as const;

/** Every condition type of an EtcdGuard. */
export const GUARD_CONDITION_TYPES = [...PERMANENT_GUARD_CONDITIONS, ...PASSING_GUARD_CONDITIONS] as const;

/** The type of a condition of an EtcdGuard. */
export type GuardConditionType = (typeof GUARD_CONDITION_TYPES)[number];

/** What each condition says when it is true. */
export const guardConditionMeanings: Readonly<Record<GuardConditionType, string>> = {
  Ready: 'Every member of the etcd is well, and this guard is the one that repairs it.',
  Healthy: 'Every member runs, answers, sees a leader and reads through the quorum.',
  Quorate: 'etcd has a quorum: a linearizable read succeeds.',
  Consistent: 'All members belong to one cluster and hold the same data.',
  SpaceOK: 'No member is out of space or close to it.',
  SnapshotFresh: 'There is a verified snapshot that is not old.',
  Diagnosed: 'Nothing is wrong, or what is wrong is known by name.',
  RecoveryInProgress: 'Something is being repaired, waits for an approval, or was left half done.',
  Conflict: 'Another EtcdGuard looks after the same etcd.',
  ConfigurationSafe: 'Nothing about version, probes or start-up of this etcd is known to endanger its data.',
  Reconciling: 'The etcd is not well and is on its way to be. Only there while it is true.',
  Stalled: 'Only a person can help. Only there while it is true.',
};

/** What was found about one condition of an EtcdGuard. */
export type GuardFinding<Type extends GuardConditionType = GuardConditionType> = {
  readonly [T in Type]: {
    readonly type: T;
    readonly status: 'True' | 'False' | 'Unknown';
    /** One of the documented reasons of this condition (guard-reasons.ts). */
    readonly reason: keyof (typeof guardReasons)[T];
    /** What is the case, since when, and what to do. No moving figures: a status at rest is silent. */
    readonly message: string;
  };
}[Type];
