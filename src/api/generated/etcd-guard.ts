/*
 * Generated from crds/etcdguards.yaml by scripts/generate-types.ts: do not edit.
 *
 * The types describe an object as the API server returns it: fields with a default are there.
 */
/**
 * Which etcd is watched, and how to talk to it.
 */
export interface EtcdGuardSpec {
  /**
   * The StatefulSet of the etcd, in the guard's namespace. Names, ports, data directory and initial cluster are learnt from it.
   */
  statefulSetName: string;
  /**
   * How to reach members that want TLS from their clients. Left out, plain text.
   */
  clientTLS?: {
    /**
     * A Secret in the guard's namespace with `ca.crt` and, where etcd asks clients for a certificate, `tls.crt` and `tls.key`.
     */
    secretName: string;
    /**
     * The name that the members' certificates carry. Left out, the host name that each member advertises to clients.
     */
    serverName?: string;
  };
  /**
   * How to log in to etcd. Left out, without a user.
   */
  auth?: {
    /**
     * A Secret in the guard's namespace with `username` and `password`. The user needs no permission on keys; comparing the members' contents needs the role root.
     */
    secretName: string;
  };
  /**
   * For how many seconds the evidence of a lost quorum must hold before the diagnosis counts as certain. Defaults to 600: a restart of all members heals itself within that time.
   */
  quorumLossWindowSeconds: number;
  /**
   * The storage class for volume claims of this etcd that never found one. Left out, the operator only says what is missing.
   */
  storageClassName?: string;
  /**
   * An image with bash, etcd, etcdctl and etcdutl, for repairs, when the image of etcd itself lacks etcdutl. Left out, the image of etcd.
   */
  toolsImage?: string;
  /**
   * What may be repaired by itself. `Auto`: at once, within the budget. `Approve`: planned, and carried out when a person approves the plan. `Never`: not even planned. To set `Auto` where it is not the default needs the verb `approve` on etcdrecoveries.
   */
  policy: {
    /**
     * Volume claims that never found a storage class get `storageClassName`. Defaults to Approve.
     */
    bindPendingVolume: 'Auto' | 'Approve' | 'Never';
    /**
     * An empty member_id file is moved away. Defaults to Auto.
     */
    clearMemberID: 'Auto' | 'Approve' | 'Never';
    /**
     * A member whose data is beyond use joins anew. Defaults to Approve.
     */
    replaceMember: 'Auto' | 'Approve' | 'Never';
    /**
     * A member joins anew on a new volume. Defaults to Approve.
     */
    replaceVolume: 'Auto' | 'Approve' | 'Never';
    /**
     * An etcd without a quorum is stopped before members without data form a second cluster. Defaults to Auto.
     */
    fence: 'Auto' | 'Approve' | 'Never';
    /**
     * Members with intact data are started again; what wipes a damaged member waits for approval all the same. Defaults to Auto.
     */
    restartQuorum: 'Auto' | 'Approve' | 'Never';
    /**
     * All members are restored from one that runs. Defaults to Approve.
     */
    rebuildFromSurvivor: 'Auto' | 'Approve' | 'Never';
    /**
     * All members are restored from the best source. Defaults to Approve.
     */
    restoreFromSnapshot: 'Auto' | 'Approve' | 'Never';
    /**
     * Compact, defragment and disarm the space alarm. Defaults to Auto.
     */
    reclaimSpace: 'Auto' | 'Approve' | 'Never';
    /**
     * What earlier recoveries kept is removed. Defaults to Approve.
     */
    cleanup: 'Auto' | 'Approve' | 'Never';
    /**
     * A snapshot is saved and verified. Defaults to Auto.
     */
    snapshot: 'Auto' | 'Approve' | 'Never';
    /**
     * Members are defragmented one by one. Defaults to Auto.
     */
    defragment: 'Auto' | 'Approve' | 'Never';
    /**
     * Another member leads. Defaults to Auto.
     */
    moveLeader: 'Auto' | 'Approve' | 'Never';
  };
  /**
   * How many recoveries of one action may begin by policy. Approved ones are not counted.
   */
  budget: {
    /**
     * In any hour. Defaults to 1.
     */
    perHour: number;
    /**
     * In any 24 hours. Defaults to 3.
     */
    perDay: number;
  };
  /**
   * Snapshots on a schedule. Left out, none are saved.
   */
  snapshots?: {
    /**
     * A PersistentVolumeClaim in the guard's namespace that the snapshots go to. It holds the credentials that etcd holds: protect it alike.
     */
    claimName: string;
    /**
     * How often a snapshot is saved. Defaults to 1800.
     */
    intervalSeconds: number;
    /**
     * How many are kept, the newest. Defaults to 24.
     */
    keep: number;
  };
  /**
   * The Milvus that keeps its metadata in this etcd: what is stopped before etcd is rebuilt, and started again afterwards. CoordinatorPairs of the guard's namespace need not be named: those of `etcd.guardName`, and those whose `etcd.endpoints` lead to this etcd, belong to it.
   */
  milvus?: {
    /**
     * Other namespaces whose CoordinatorPairs belong to this etcd, too, when their `etcd.endpoints` lead to it: they are suspended before it is rebuilt. Pairs of a namespace that is not named here count for nothing.
     */
    pairNamespaces?: string[];
    /**
     * The `etcd.rootPath` of each Milvus in this etcd that no CoordinatorPair tells of. Nothing is rebuilt while sessions of a Milvus are found below another path.
     */
    rootPaths?: string[];
    /**
     * Deployments and StatefulSets in the guard's namespace to scale to none and back, for a Milvus that Helm or manifests of your own have made. The etcd itself and what belongs to a CoordinatorPair are left out whatever their labels are.
     */
    workloadSelector?: {
      /**
       * Labels that each of them has, for example `app.kubernetes.io/name: milvus` and `app.kubernetes.io/instance: my-release`. The instance alone also matches MinIO and Pulsar.
       */
      matchLabels: {
        [k: string]: string;
      };
    };
    /**
     * The Milvus object of milvus-operator, in the guard's namespace. Its reconciling is paused before its Deployments are scaled, and goes on last.
     */
    milvusName?: string;
  };
}

/**
 * What the operator sees. Nobody needs to write it.
 */
export interface EtcdGuardStatus {
  /**
   * The generation of the spec that the status is about.
   */
  observedGeneration?: number;
  /**
   * The state of the etcd in one sentence.
   */
  summary?: string;
  /**
   * The pod of the member that leads. Absent when none does or nobody knows.
   */
  leader?: string;
  /**
   * The members as etcd lists them. While no member tells, as they were last seen.
   */
  members?: {
    /**
     * The name of the member. Empty when it was added and has never started.
     */
    name: string;
    /**
     * The member's id in hexadecimal, as etcdctl prints it.
     */
    id: string;
    /**
     * The pod that runs the member. Absent when there is none.
     */
    podName?: string;
    /**
     * Whether it answers, sees a leader and serves a linearizable read. While the operator is blind, as it was last seen.
     */
    healthy: boolean;
    /**
     * Whether it leads.
     */
    leader?: boolean;
    /**
     * Whether it only learns and does not vote.
     */
    learner?: boolean;
    /**
     * The version of etcd that it runs.
     */
    version?: string;
    /**
     * The size of its database file in bytes, rounded up to 16 MiB so that the status is silent at rest.
     */
    dbSizeBytes?: number;
    /**
     * Alarms that stand for this member.
     */
    alarms?: string[];
  }[];
  /**
   * Whether etcd can decide anything. Absent while the members are not known.
   */
  quorum?: {
    /**
     * Members that vote, as etcd lists them.
     */
    voters: number;
    /**
     * Voters that are healthy.
     */
    healthy: number;
    /**
     * How many of them are needed.
     */
    needed: number;
    /**
     * Healthy voters of all voters, for the column.
     */
    ratio: string;
  };
  /**
   * Since when the quorum is lost: since the first look that proved it, if none since has found a quorum, been blind or found a cause outside of the data. `quorumLossWindowSeconds` is counted from here. Absent while nothing proves a loss.
   */
  quorumLostSinceTime?: string;
  /**
   * What ails the etcd. Absent when nothing does.
   */
  diagnosis?: {
    /**
     * The diagnosis in one word; the runbook etcd-diagnoses says for each what it means and what to do. `QuorumLost`: some members run and have no leader. `OperatorBlind`: the operator cannot see enough to judge. `StartingUp`: members have just started. `Unrecognised`: something is wrong that matches nothing known.
     */
    case:
      | 'ScaledToZero'
      | 'SplitBrainRisk'
      | 'ImagePullFailed'
      | 'ConfigurationInvalid'
      | 'VolumePending'
      | 'Unschedulable'
      | 'VolumeNotMounted'
      | 'NodeLost'
      | 'OutOfMemory'
      | 'CorruptAlarm'
      | 'NoSpaceAlarm'
      | 'DiskFull'
      | 'DiskFailing'
      | 'DNSFailing'
      | 'TLSFailing'
      | 'MemberIDFileEmpty'
      | 'PublishedStepsHalfDone'
      | 'SeveralClusters'
      | 'MemberRemoved'
      | 'AlreadyBootstrapped'
      | 'MemberCountUnequal'
      | 'MemberLogLost'
      | 'MemberWithoutPod'
      | 'DataDamaged'
      | 'DataDiverged'
      | 'QuorumLost'
      | 'AllMembersDown'
      | 'OperatorBlind'
      | 'StartingUp'
      | 'Unrecognised';
    /**
     * Since when the operator has seen it.
     */
    sinceTime: string;
    /**
     * The pods concerned.
     */
    pods?: string[];
    /**
     * What it was told by: a line of a log, an exit code, an event, an answer of etcd. Secrets are redacted.
     */
    evidence: string;
    /**
     * `Certain`: the evidence has no other cause. `Likely`: it has one usual cause. `Suspected`: it has not held for long enough, or something is missing.
     */
    certainty: 'Certain' | 'Likely' | 'Suspected';
    /**
     * What to do by hand, in a safe order.
     */
    remedy: string;
    /**
     * The action of an EtcdRecovery that repairs it. Absent when none does.
     */
    action?: string;
    /**
     * The EtcdRecovery that was planned for it, or that repairs it now.
     */
    recoveryName?: string;
  };
  /**
   * The recoveries that `spec.policy` alone began within a day, oldest first: what `spec.budget` counts, whether the EtcdRecovery is still there or not.
   */
  automaticRuns?: {
    /**
     * The uid of the EtcdRecovery.
     */
    recoveryUID: string;
    /**
     * Its name.
     */
    recoveryName: string;
    /**
     * What it did.
     */
    action: string;
    /**
     * When it began.
     */
    startTime: string;
    /**
     * When it ended. Absent while it runs, or when it was deleted before its end was seen.
     */
    endTime?: string;
    /**
     * Whether it failed, once it has ended.
     */
    failed?: boolean;
  }[];
  /**
   * The newest verified snapshot. Absent while there is none.
   */
  lastSnapshot?: {
    /**
     * Its name, by which an EtcdRecovery can ask for it.
     */
    name: string;
    /**
     * When it was saved.
     */
    time: string;
    /**
     * The id of the cluster it was taken from, hexadecimal.
     */
    clusterID?: string;
    /**
     * Revision of the store.
     */
    revision?: string;
    /**
     * Number of keys in the backend, old revisions included.
     */
    totalKeys?: string;
    /**
     * Of the file.
     */
    sha256?: string;
    /**
     * Below these paths it has sessions of a Milvus.
     */
    sessionRoots?: string[];
    /**
     * Why older snapshots are no longer rotated away: the newest is of another cluster or holds less than half. Absent while they are.
     */
    frozen?: string;
  };
  /**
   * The snapshots that are kept, newest first, as many as a Job can tell of: about ten. An EtcdRecovery can name each of them.
   */
  snapshots?: {
    /**
     * Its name, by which an EtcdRecovery can ask for it.
     */
    name: string;
    /**
     * When it was saved.
     */
    time: string;
    /**
     * The id of the cluster it was taken from, hexadecimal.
     */
    clusterID?: string;
    /**
     * Revision of the store.
     */
    revision?: string;
    /**
     * Number of keys in the backend, old revisions included.
     */
    totalKeys?: string;
    /**
     * Of the file.
     */
    sha256?: string;
    /**
     * Below these paths it has sessions of a Milvus.
     */
    sessionRoots?: string[];
  }[];
  /**
   * The last ten diagnoses that are over, newest first.
   */
  history?: {
    /**
     * The diagnosis in one word; the runbook etcd-diagnoses says for each what it means and what to do. `QuorumLost`: some members run and have no leader. `OperatorBlind`: the operator cannot see enough to judge. `StartingUp`: members have just started. `Unrecognised`: something is wrong that matches nothing known.
     */
    case:
      | 'ScaledToZero'
      | 'SplitBrainRisk'
      | 'ImagePullFailed'
      | 'ConfigurationInvalid'
      | 'VolumePending'
      | 'Unschedulable'
      | 'VolumeNotMounted'
      | 'NodeLost'
      | 'OutOfMemory'
      | 'CorruptAlarm'
      | 'NoSpaceAlarm'
      | 'DiskFull'
      | 'DiskFailing'
      | 'DNSFailing'
      | 'TLSFailing'
      | 'MemberIDFileEmpty'
      | 'PublishedStepsHalfDone'
      | 'SeveralClusters'
      | 'MemberRemoved'
      | 'AlreadyBootstrapped'
      | 'MemberCountUnequal'
      | 'MemberLogLost'
      | 'MemberWithoutPod'
      | 'DataDamaged'
      | 'DataDiverged'
      | 'QuorumLost'
      | 'AllMembersDown'
      | 'OperatorBlind'
      | 'StartingUp'
      | 'Unrecognised';
    /**
     * When it was first seen.
     */
    sinceTime: string;
    /**
     * When it was no longer seen, or something else took its place.
     */
    endTime: string;
    /**
     * The pods that were concerned.
     */
    pods?: string[];
  }[];
  /**
   * The state of the etcd, point by point. All are present from the first write on, `Unknown` included, but `Reconciling` and `Stalled`, which are there only while they are true.
   */
  conditions?: {
    /**
     * What the condition is about, for example `Ready`.
     */
    type: string;
    /**
     * Whether it is so.
     */
    status: 'True' | 'False' | 'Unknown';
    /**
     * The generation of the spec that the condition is about.
     */
    observedGeneration?: number;
    /**
     * Since when the status is what it is.
     */
    lastTransitionTime: string;
    /**
     * Why, in one word. The reference lists every reason and what to do.
     */
    reason: string;
    /**
     * What is the case, since when, and what to do.
     */
    message: string;
  }[];
}
