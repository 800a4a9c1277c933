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
   * What ails the etcd. Absent when nothing does.
   */
  diagnosis?: {
    /**
     * The ailment in one word; the runbook etcd-diagnoses says for each what it means and what to do. `QuorumLost`: some members run and have no leader. `OperatorBlind`: the operator cannot see enough to judge. `StartingUp`: members have just started. `Unrecognised`: something is wrong that matches nothing known.
     */
    case:
      | 'ScaledToZero'
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
     * What it was told by: a line of a log, an exit code, an event, an answer of etcd. Secrets are blackened.
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
  };
  /**
   * The last ten ailments that are over, newest first.
   */
  history?: {
    /**
     * The ailment in one word; the runbook etcd-diagnoses says for each what it means and what to do. `QuorumLost`: some members run and have no leader. `OperatorBlind`: the operator cannot see enough to judge. `StartingUp`: members have just started. `Unrecognised`: something is wrong that matches nothing known.
     */
    case:
      | 'ScaledToZero'
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
   * The state of the etcd, point by point. All are present from the first write on, `Unknown` included.
   */
  conditions?: {
    /**
     * What the condition is about, for example `Healthy`.
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
