/*
 * Generated from crds/etcdrecoveries.yaml by scripts/generate-types.ts: do not edit.
 *
 * The types describe an object as the API server returns it: fields with a default are there.
 */
/**
 * What shall be done to which etcd.
 */
export interface EtcdRecoverySpec {
  /**
   * The EtcdGuard in this namespace that looks after the etcd.
   */
  guardName: string;
  /**
   * What is done. `BindPendingVolume`: volume claims that never found a storage class get the guard's. `ClearMemberID`: an empty member_id file that keeps a member from starting is moved away. `ReplaceMember`: a member whose data is beyond use joins anew; the others have a quorum. `ReplaceVolume`: the same on a new volume. `Fence`: an etcd without a quorum is stopped before members without data form a second cluster. `RestartQuorum`: members with intact data are started again. `RebuildFromSurvivor`: all members are restored from one that still runs. `RestoreFromSnapshot`: all members are restored from the best of all volumes and stored snapshots. `ReclaimSpace`: compact, defragment and disarm the space alarm. `Cleanup`: remove what earlier recoveries kept. `Snapshot`, `Defragment`, `MoveLeader`: day to day.
   */
  action:
    | 'BindPendingVolume'
    | 'ClearMemberID'
    | 'ReplaceMember'
    | 'ReplaceVolume'
    | 'Fence'
    | 'RestartQuorum'
    | 'RebuildFromSurvivor'
    | 'RestoreFromSnapshot'
    | 'ReclaimSpace'
    | 'Cleanup'
    | 'Snapshot'
    | 'Defragment'
    | 'MoveLeader';
  /**
   * The member it is about, for actions on one member.
   */
  target?: {
    /**
     * The pod of the member. With MoveLeader, the pod that shall lead.
     */
    podName: string;
  };
  /**
   * Where the data shall come from. Left out, the best source that is found, which the plan names.
   */
  source?: {
    /**
     * The pod whose member, or whose volume, holds the data.
     */
    podName?: string;
    /**
     * The name of a stored snapshot, one of `status.snapshots` of the guard.
     */
    snapshotName?: string;
  };
  /**
   * Plan only. Defaults to false.
   */
  dryRun: boolean;
  /**
   * The approval of a plan.
   */
  approval?: {
    /**
     * `status.planHash` of the plan that is approved. An approval never fits a plan that has changed. Who may set it needs the verb `approve` on etcdrecoveries.
     */
    planHash: string;
  };
  /**
   * Stop at the next safe point and put back what was changed for the time. Defaults to false.
   */
  cancel: boolean;
  /**
   * Remove this object so long after it has ended. Left out, it stays.
   */
  ttlSecondsAfterFinished?: number;
}

/**
 * What was planned, done and seen. Nobody needs to write it.
 */
export interface EtcdRecoveryStatus {
  /**
   * The generation of the spec that the status is about.
   */
  observedGeneration?: number;
  /**
   * `Planned`: the plan is being made, or is only a dry run. `AwaitingApproval`: `spec.approval.planHash` must be set to `status.planHash`. `Refused`: something forbids the action; nothing was changed. `Expired`: nobody approved the plan in time; nothing was changed. `Cancelled`: it was stopped, and what was changed for the time was put back.
   */
  state?: 'Planned' | 'AwaitingApproval' | 'Running' | 'Succeeded' | 'Failed' | 'Refused' | 'Cancelled' | 'Expired';
  /**
   * What it does or waits for, or why it ended.
   */
  message?: string;
  /**
   * The step it is at, for the column, for instance `3/7 RemoveMember`.
   */
  step?: string;
  /**
   * The hash of everything that the plan is based on.
   */
  planHash?: string;
  /**
   * Until when the plan can be approved.
   */
  planExpiresTime?: string;
  /**
   * Who approved it, a person by `spec.approval` or the guard's policy.
   */
  approvedBy?: 'Person' | 'Policy';
  /**
   * When the first step began.
   */
  startTime?: string;
  /**
   * When it ended.
   */
  endTime?: string;
  /**
   * What is going to be done.
   */
  plan?: {
    /**
     * The steps in their order.
     */
    steps: string[];
    /**
     * What may be lost by it.
     */
    mayLose: string;
    /**
     * How it can be undone, and until when.
     */
    undo: string;
  };
  /**
   * What was seen that asks for it.
   */
  evidence?: string;
  /**
   * The steps that have begun.
   */
  steps?: {
    /**
     * The name of the step.
     */
    name: string;
    /**
     * How far it is.
     */
    state: 'Running' | 'Done' | 'Failed';
    /**
     * When it began.
     */
    startTime?: string;
    /**
     * When it ended.
     */
    endTime?: string;
    /**
     * What it waits for, or what came of it.
     */
    message?: string;
  }[];
  /**
   * Where the data could come from, best first.
   */
  sources?: {
    /**
     * The pod whose member or volume it is, or the name of the snapshot.
     */
    name: string;
    /**
     * Whether the data can be read.
     */
    usable: boolean;
    /**
     * The id of the cluster it belongs to, hexadecimal.
     */
    clusterID?: string;
    /**
     * Raft term of its last entry.
     */
    term?: string;
    /**
     * Raft index of its last entry.
     */
    lastIndex?: string;
    /**
     * Revision of the store.
     */
    revision?: string;
    /**
     * Number of keys in the backend, old revisions included.
     */
    totalKeys?: string;
    /**
     * Of the snapshot that was made from it.
     */
    sha256?: string;
    /**
     * What it may lack, at most.
     */
    lossBound?: string;
    /**
     * Whether the plan takes it.
     */
    chosen?: boolean;
  }[];
  /**
   * The store, before the first step and after the last.
   */
  before?: {
    /**
     * The cluster's id, hexadecimal.
     */
    clusterID?: string;
    /**
     * Revision of the store.
     */
    revision?: string;
    /**
     * Number of keys.
     */
    totalKeys?: string;
    /**
     * Hash of all keys at that revision, equal on all members.
     */
    hash?: string;
  };
  /**
   * The store, before the first step and after the last.
   */
  after?: {
    /**
     * The cluster's id, hexadecimal.
     */
    clusterID?: string;
    /**
     * Revision of the store.
     */
    revision?: string;
    /**
     * Number of keys.
     */
    totalKeys?: string;
    /**
     * Hash of all keys at that revision, equal on all members.
     */
    hash?: string;
  };
  /**
   * What was changed for the time and will be put back, in words.
   */
  temporaryChanges?: string[];
  /**
   * Which versions of the journal count, the ConfigMap `etcd-recovery-<StatefulSet>` that says how far the recovery is. By a journal that somebody else has written nothing is done.
   */
  journal?: {
    /**
     * The StatefulSet that the journal is named after.
     */
    statefulSetName: string;
    /**
     * SHA-256, hexadecimal, of the version that is there and of those that may be written in its place.
     */
    digests: string[];
  };
  /**
   * Whether it is `Complete` or `Failed`, as of a Job; `Reconciling` and `Stalled` only while they are true.
   */
  conditions?: {
    /**
     * What the condition is about, for example `Complete`.
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
