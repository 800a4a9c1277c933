import type { CoordinatorPair } from '../api/coordinator-pair.ts';
import type { ConditionReason } from '../api/reasons.ts';
import type { Alarm } from '../etcd/alarms.ts';
import type { Role } from '../milvus/roles.ts';
import type { MilvusVersion } from '../milvus/version.ts';
import type { KubeObject, Stored } from '../kube/objects.ts';
import type { OtherRole, RoleSessions } from './decide/role-sessions.ts';
import type { Binding } from './decide/binding.ts';
import type { ProvenDeath } from './decide/death.ts';
import type { RestartDecision } from './decide/restart.ts';
import type { ProbeFinding } from '../probe/types.ts';
import type { SeenSilence } from './decide/silences.ts';
import type { SeenStop } from './decide/stops.ts';
import type { GuardView } from './guard-view.ts';
import type { NodeView } from './node-view.ts';
import type { PodView } from './pod-view.ts';
import type { WorkloadContainer, WorkloadView } from './workload-view.ts';

/** Something about the spec, or about what it refers to, that keeps the operator from rendering the pair. */
export interface SpecProblem {
  readonly reason: ConditionReason<'SpecValid'>;
  /** What is wrong, where, and what to do. */
  readonly message: string;
}

/** What is known of the sessions in etcd. */
export type EtcdFacts =
  /** Read, and every read since has gone well; or the last good read is at most 10 s old. */
  | {
      readonly state: 'Known';
      readonly sessions: RoleSessions;
      readonly grantedTTLSeconds?: number;
      /** Alarms that stand in the cluster; absent when none does. */
      readonly alarms?: readonly Alarm[];
      /** Since when reads have gone well without a failure in between. */
      readonly steadySince: Date;
      /** The last time for which it could not be read, as far as this operator process knows of one. */
      readonly outage?: Outage;
      /** The further roles that the pair's processes are elected for one by one (`mixture`, up to 2.5). */
      readonly otherRoles?: readonly OtherRole[];
    }
  /** Not read yet, since at most 10 s. */
  | { readonly state: 'Pending' }
  /** Reads have failed for 10 s, or cannot be tried at all. */
  | {
      readonly state: 'Unknown';
      readonly reason: ConditionReason<'EtcdReachable'>;
      readonly message: string;
      readonly since: Date;
      readonly lastReadTime?: Date;
      /** What each endpoint said when asked by itself. */
      readonly endpoints: readonly EndpointFinding[];
    };

/** A time for which etcd could not be read. */
export interface Outage {
  readonly since: Date;
  readonly end: Date;
}

/** One endpoint of an etcd that cannot be read. */
export interface EndpointFinding {
  readonly endpoint: string;
  /** Answered, sees a leader; answered, sees none; did not answer. */
  readonly finding: 'Leader' | 'NoLeader' | 'NoAnswer';
  readonly detail: string;
  /** Alarms that stand in the cluster as it says; absent when it names none. */
  readonly alarms?: readonly Alarm[];
}

/** A child of the pair: what it should be, and what there is. */
export interface ChildFacts {
  readonly desired: KubeObject;
  readonly live?: Stored<KubeObject>;
}

/** A pod template that a StatefulSet has had, from its ControllerRevisions. */
export interface TemplateRevision {
  /** The operator's own hash of it. */
  readonly hash: string;
  readonly template: object;
}

/** What is known of the workload that a pair looks after in place of running its own pods. */
export interface WorkloadFacts {
  readonly view: WorkloadView;
  /** The one that runs Milvus; absent where that is not certain. */
  readonly container?: WorkloadContainer;
  /** Pods that its selector matches and that it has not made. */
  readonly foreignPods: readonly string[];
  /** The CoordinatorPair that it belongs to, if to another one. */
  readonly takenBy?: string;
}

/** Everything one reconcile knows. Gathered by observe.ts, judged by decide/, never changed. */
export interface PairFacts {
  readonly now: Date;
  readonly pair: CoordinatorPair;
  readonly role: Role;
  /** The role by whose keys the pair's processes are seen in etcd. */
  readonly sessionRole: Role;
  readonly version?: MilvusVersion;
  readonly problems: readonly SpecProblem[];
  /** The children in the order in which they are applied; empty while the spec has problems. */
  readonly children: readonly ChildFacts[];
  /** Template hash of the wished StatefulSet; absent while the spec has problems. */
  readonly templateHash?: string;
  /** Only for a pair with `spec.workloadRef`, once it was found. */
  readonly workload?: WorkloadFacts;
  readonly pods: readonly PodView[];
  /** Why the StatefulSet cannot make the pods that are missing, in the words of the API server; where it was asked. */
  readonly creationFailure?: string;
  /** Why a role label could not be changed at this look. */
  readonly labelFailure?: string;
  readonly nodes: ReadonlyMap<string, NodeView>;
  /** Whether a node that is not in `nodes` does not exist. */
  readonly nodesWatched?: boolean;
  /** What is asked for by way of a rolling restart. */
  readonly restart?: RestartDecision;
  /** Templates the StatefulSet has had; only read while it should hold one that is neither wished nor live. */
  readonly revisions?: readonly TemplateRevision[];
  readonly etcd: EtcdFacts;
  /** What the EtcdGuard of `spec.etcd.guardName` says; absent when none is named. */
  readonly guard?: GuardView;
  readonly bindings: readonly Binding[];
  /** Bound processes that are proven dead, now or at an earlier look. */
  readonly deaths: readonly ProvenDeath[];
  /** Since when nobody has held the role, as this operator process has read it; absent while somebody does. */
  readonly freeSince?: Date;
  /** Since when a pod has had no registration and a kubelet whose word is about the time after that, by its uid (unregistered.ts). */
  readonly unregisteredSince?: ReadonlyMap<string, Date>;
  /** Leases that were seen to be renewed while no pod of the pair accounted for their registration. */
  readonly renewed?: ReadonlySet<bigint>;
  /** Processes that were told to stop and serve no more in the role that stands for them, while their containers run. */
  readonly stops: readonly SeenStop[];
  /** The same of each further role of a `mixture`. */
  readonly otherStops?: ReadonlyMap<Role, readonly SeenStop[]>;
  /** What polling the pair's processes has found; empty while nobody is polled. */
  readonly probes: readonly ProbeFinding[];
  /** Sessions that this operator process ended of late: of which pod, or address where it is none of ours, and when. */
  readonly endedSessions: readonly { readonly of: string; readonly time: Date }[];
  /**
   * etcd was not read from the last look of this operator process to this one: it has just started, or could not read.
   * What has changed since did so at an unknown time.
   */
  readonly unwatched?: true;
  /** Processes that were healthy and give no answer any more. */
  readonly silences: readonly SeenSilence[];
  /** PodDisruptionBudgets of others that match the pair's pods. */
  readonly otherBudgets?: readonly string[];
  /** Name of an older pair of the same role in the same etcd and path, if the operator sees one. */
  readonly duplicateOf?: string;
}
