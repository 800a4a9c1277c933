import type { GuardConditionType } from './guard-conditions.ts';
import type { ReasonTable } from './reason-entry.ts';
import { shared } from './reason-entry.ts';

const { NotObserved } = shared;

const StatefulSetNotFound = {
  status: 'Unknown',
  meaning: 'There is no StatefulSet of the name in `statefulSetName`.',
  action: 'Make the guard in the namespace of the etcd, with the name of its StatefulSet.',
} as const;

const NotEtcd = {
  status: 'Unknown',
  meaning: 'The StatefulSet runs no etcd that the operator can recognise.',
  action: 'Name the StatefulSet of etcd in a new EtcdGuard.',
} as const;

const OperatorBlind = {
  status: 'Unknown',
  meaning: 'The operator cannot see enough to judge. Blind is not broken: etcd may be well.',
  action: 'See `status.diagnosis` for what is missing: network policy, credentials, certificates or permissions.',
} as const;

const unseen = { StatefulSetNotFound, NotEtcd, OperatorBlind, NotObserved } as const;

/** Every reason that a condition of an EtcdGuard can have. The reference is generated from these tables. */
export const guardReasons = {
  Ready: {
    EtcdReady: { status: 'True', meaning: 'Every member is well, and this guard looks after the etcd alone.' },
    QuorumLost: {
      status: 'False',
      meaning: 'etcd has lost its quorum: nothing can be written.',
      action: 'See `Stalled` and `Reconciling` for whether it waits for you, and `status.diagnosis`. Delete no volume.',
    },
    Degraded: {
      status: 'False',
      meaning: 'Something is wrong, and etcd is not known to have lost its quorum.',
      action: 'Do what `status.diagnosis.remedy` says before a second member fails.',
    },
    StartingUp: {
      status: 'False',
      meaning: 'Members have just started and are not ready yet.',
      action: 'Wait two minutes.',
    },
    RecoveryOrphaned: {
      status: 'False',
      meaning: 'Every member is well, but an EtcdRecovery has failed half way, or is gone, and left something changed.',
      action: 'Make another EtcdRecovery with the same action: it goes on, or with `cancel` puts back.',
    },
    AnotherGuard: {
      status: 'False',
      meaning:
        'Every member is well, but an older guard looks after the same StatefulSet, so this one repairs nothing.',
      action: 'Delete one of them.',
    },
    ...unseen,
  },
  Healthy: {
    AllMembersHealthy: { status: 'True', meaning: 'Every member is well.' },
    Degraded: {
      status: 'False',
      meaning: 'Something is wrong, and etcd still has its quorum.',
      action: 'Do what `status.diagnosis.remedy` says before a second member fails.',
    },
    NoQuorum: {
      status: 'False',
      meaning: 'etcd has lost its quorum: nothing can be written.',
      action: 'Do what `status.diagnosis.remedy` says. Delete no volume.',
    },
    StartingUp: {
      status: 'False',
      meaning: 'Members have just started and are not ready yet.',
      action: 'Wait two minutes.',
    },
    ...unseen,
  },
  Quorate: {
    Quorate: { status: 'True', meaning: 'A linearizable read succeeds.' },
    QuorumLost: {
      status: 'False',
      meaning: 'Too few members run to decide anything, which was seen on the members or their containers themselves.',
      action: 'See `status.diagnosis`. Members whose data is intact bring the quorum back without any loss.',
    },
    NotProven: {
      status: 'Unknown',
      meaning: 'No member serves a linearizable read, and nothing proves that the quorum is lost.',
      action: 'Wait for the next look, or see `status.diagnosis`.',
    },
    ...unseen,
  },
  Consistent: {
    SameHashes: { status: 'True', meaning: 'All members have the same hash over all keys at one revision.' },
    SameCluster: {
      status: 'True',
      meaning: 'All members belong to one cluster and their revisions fit together. Hashes were not compared yet.',
    },
    SeveralClusters: {
      status: 'False',
      meaning: 'Members belong to different clusters.',
      action: 'Stop Milvus, change nothing, and decide which set of members holds the data.',
    },
    DataDiverged: {
      status: 'False',
      meaning: 'Members of one cluster hold different data.',
      action: 'Stop Milvus, take a snapshot of each member, and find out which one holds the data.',
    },
    CorruptAlarm: {
      status: 'False',
      meaning: 'etcd itself found members that differ.',
      action: 'Do not disarm the alarm. Stop Milvus, take a snapshot of each member, replace the one that differs.',
    },
    NotComparable: {
      status: 'Unknown',
      meaning: 'Fewer than two members can be compared.',
    },
    ...unseen,
  },
  SpaceOK: {
    SpaceLeft: { status: 'True', meaning: 'No alarm stands, and no database is close to its quota.' },
    NearQuota: {
      status: 'False',
      meaning: 'A database file has reached 80 % of the quota. At 100 % etcd refuses every write.',
      action: 'Compact and defragment the members one by one, the leader last; see the runbook.',
    },
    NoSpaceAlarm: {
      status: 'False',
      meaning: 'A database has reached its quota. etcd refuses every write until the alarm is disarmed.',
      action: 'Compact, defragment one by one, then disarm the alarm; see the runbook.',
    },
    DiskFull: {
      status: 'False',
      meaning: 'The volume of a member is full.',
      action: 'Make the volume larger. Delete nothing below `member`.',
    },
    ...unseen,
  },
  SnapshotFresh: {
    Fresh: { status: 'True', meaning: 'The newest snapshot is not older than three intervals.' },
    SnapshotLate: {
      status: 'False',
      meaning: 'The newest snapshot is older than three intervals.',
      action: 'Look at the EtcdRecoveries with action Snapshot, and at the Jobs that they made.',
    },
    SnapshotFailed: {
      status: 'False',
      meaning: 'The last snapshot was not saved, and the newest is older than three intervals, or there is none.',
      action: 'Do what the message says: it names the EtcdRecovery, why it failed, and when the next one is tried.',
    },
    NoSnapshot: { status: 'False', meaning: 'No snapshot was saved yet.' },
    RotationFrozen: {
      status: 'False',
      meaning: 'The newest snapshot is of another cluster or holds less than half of the one before.',
      action: 'See whether etcd holds what it should. Delete the newer snapshots to let rotation go on.',
    },
    NotConfigured: {
      status: 'Unknown',
      meaning: '`snapshots` is not set, so none are saved.',
      action: 'Set `snapshots` to have one to go back to.',
    },
    ...unseen,
  },
  RecoveryInProgress: {
    Running: { status: 'True', meaning: 'An EtcdRecovery changes this etcd now.' },
    AwaitingApproval: {
      status: 'True',
      meaning: 'An EtcdRecovery has a plan that a person has to approve.',
      action: 'Read `status.plan` of the EtcdRecovery and set `spec.approval.planHash`, or delete it.',
    },
    RecoveryOrphaned: {
      status: 'True',
      meaning: 'An EtcdRecovery has failed half way, or is gone, and left something changed.',
      action: 'Make another EtcdRecovery with the same action: it goes on, or with `cancel` puts back.',
    },
    NoRecovery: { status: 'False', meaning: 'Nothing is being repaired.' },
    ...unseen,
  },
  Conflict: {
    NoConflict: { status: 'False', meaning: 'No other guard looks after this etcd.' },
    AnotherGuard: {
      status: 'True',
      meaning: 'An older guard looks after the same StatefulSet. This one only looks.',
      action: 'Delete one of them.',
    },
    YoungerGuard: {
      status: 'True',
      meaning: 'A younger guard looks after the same StatefulSet. It only looks; this one repairs.',
      action: 'Delete one of them.',
    },
    ...unseen,
  },
  Diagnosed: {
    NothingWrong: { status: 'True', meaning: 'Every member is well.' },
    AilmentFound: { status: 'True', meaning: 'What is wrong is known by name.', action: 'See `status.diagnosis`.' },
    NotCertainYet: {
      status: 'False',
      meaning: 'A suspicion that has to hold for longer, or misses a piece of evidence.',
      action: 'Wait; `status.diagnosis` says for what.',
    },
    Unrecognised: {
      status: 'False',
      meaning: 'Something is wrong that matches nothing known.',
      action: 'Look at the evidence in `status.diagnosis` and at the logs of the pods that it names.',
    },
    ...unseen,
  },
  ConfigurationSafe: {
    Safe: { status: 'True', meaning: 'Nothing is known against this configuration.' },
    DisasterRecoveryOn: {
      status: 'False',
      meaning:
        'ETCD_DISASTER_RECOVERY is set: when all members restart at once, the image puts an old snapshot in the place of the data.',
      action: 'Take the variable out of the StatefulSet, by the values of its chart.',
    },
    StartFromSnapshotOn: {
      status: 'False',
      meaning: 'ETCD_START_FROM_SNAPSHOT is set: a member that starts empty takes an old snapshot.',
      action: 'Take the variable out of the StatefulSet, by the values of its chart.',
    },
    KnownCorruption: {
      status: 'False',
      meaning: 'This version of etcd is known to damage its data.',
      action: 'Upgrade etcd, one member after the other, as its chart does.',
    },
    FrozenImage: {
      status: 'False',
      meaning: 'The image comes from a catalogue whose versioned tags were taken away in 2025.',
      action: 'Change to an image that is kept, before a pod has to be pulled again.',
    },
    UnsafeLiveness: {
      status: 'False',
      meaning:
        'The liveness probe asks for quorum or alarms: a lost quorum or a full quota makes the kubelet restart every member.',
      action: 'Probe `/livez` instead (etcd 3.5.11 and newer), by the values of the chart.',
    },
    ...unseen,
  },
  Reconciling: {
    Repairing: { status: 'True', meaning: 'An EtcdRecovery repairs the etcd now.' },
    RepairPlanned: { status: 'True', meaning: 'An EtcdRecovery is planned that repairs the etcd.' },
    StartingUp: { status: 'True', meaning: 'Members have just started and are not ready yet.' },
  },
  Stalled: {
    AwaitingApproval: {
      status: 'True',
      meaning: 'The etcd is not well, and what repairs it waits for the approval of a person.',
      action: 'Read `status.plan` of the EtcdRecovery and set `spec.approval.planHash`, or delete it.',
    },
    RepairFailed: {
      status: 'True',
      meaning: 'The last EtcdRecovery that can repair the etcd has failed or was refused.',
      action: 'Do what its `status.message` says; see also its `status.steps` and `status.temporaryChanges`.',
    },
    RepairByHand: {
      status: 'True',
      meaning:
        'The quorum is lost, or members hold different data, and the operator repairs that neither now nor later.',
      action: 'Do what `status.diagnosis.remedy` says. Delete no volume.',
    },
    RecoveryOrphaned: {
      status: 'True',
      meaning: 'An EtcdRecovery has failed half way, or is gone, and left something changed.',
      action: 'Make another EtcdRecovery with the same action: it goes on, or with `cancel` puts back.',
    },
    AnotherGuard: {
      status: 'True',
      meaning: 'An older guard looks after the same StatefulSet. This one only looks.',
      action: 'Delete one of them.',
    },
    NotEtcd: { ...NotEtcd, status: 'True' },
  },
} as const satisfies Readonly<Record<GuardConditionType, ReasonTable>>;
