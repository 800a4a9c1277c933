import type { guardReasons } from './guard-reasons.ts';

/** The conditions that an EtcdGuard always has, in the order in which they are shown. */
export const GUARD_CONDITION_TYPES = [
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

/** The type of a condition of an EtcdGuard. */
export type GuardConditionType = (typeof GUARD_CONDITION_TYPES)[number];

/** What each condition says when it is true. */
export const guardConditionMeanings: Readonly<Record<GuardConditionType, string>> = {
  Healthy: 'Every member runs, answers, sees a leader and reads through the quorum.',
  Quorate: 'etcd has a quorum: a linearizable read succeeds.',
  Consistent: 'All members belong to one cluster and hold the same data.',
  SpaceOK: 'No member is out of space or close to it.',
  SnapshotFresh: 'There is a verified snapshot that is not old.',
  Diagnosed: 'Nothing is wrong, or what is wrong is known by name.',
  RecoveryInProgress: 'Something is being repaired, waits for an approval, or was left half done.',
  Conflict: 'Another EtcdGuard looks after the same etcd.',
  ConfigurationSafe: 'Nothing about version, probes or start-up of this etcd is known to endanger its data.',
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
