import type { Condition } from './conditions.ts';
import type { Frozen } from './frozen.ts';
import type {
  CoordinatorPairSpec as GeneratedSpec,
  CoordinatorPairStatus as GeneratedStatus,
} from './generated/coordinator-pair.ts';
import type { coordinatorPairKind, GROUP, VERSION } from './names.ts';
import type { ResourceMetadata } from './resource-metadata.ts';

/** What a pair shall be, as the API server returns it: fields with a default are there. */
export type CoordinatorPairSpec = Frozen<GeneratedSpec>;

/** What the operator sees of a pair. */
export type CoordinatorPairStatus = Omit<Frozen<GeneratedStatus>, 'conditions'> & {
  readonly conditions?: readonly Condition[];
};

/** A CoordinatorPair as the API server returns it. */
export interface CoordinatorPair {
  readonly apiVersion: `${typeof GROUP}/${typeof VERSION}`;
  readonly kind: typeof coordinatorPairKind.kind;
  readonly metadata: ResourceMetadata;
  readonly spec: CoordinatorPairSpec;
  readonly status?: CoordinatorPairStatus;
}

/** Where Milvus' etcd is and how to log in. */
export type EtcdSpec = CoordinatorPairSpec['etcd'];

/** What both pods get beside Milvus itself. */
export type PodSpec = CoordinatorPairSpec['pod'];

/** `status.active` and `status.standby`. */
export type RoleStatus = NonNullable<CoordinatorPairStatus['active']>;

/** An entry of `status.members`. */
export type MemberStatus = NonNullable<CoordinatorPairStatus['members']>[number];

/** An entry of `status.roles`. */
export type RolesStatus = NonNullable<CoordinatorPairStatus['roles']>[number];

/** The state of a member; see the field's description. */
export type MemberState = MemberStatus['state'];

/** `status.session`. */
export type SessionStatus = NonNullable<CoordinatorPairStatus['session']>;

/** `status.transition`: the change of ACTIVE under way. */
export type Transition = NonNullable<CoordinatorPairStatus['transition']>;

/** `status.lastActive`. */
export type LastActive = NonNullable<CoordinatorPairStatus['lastActive']>;

/** `status.lastFailover`. */
export type LastFailover = NonNullable<CoordinatorPairStatus['lastFailover']>;

/** `status.lastSwitchover`. */
export type LastSwitchover = NonNullable<CoordinatorPairStatus['lastSwitchover']>;

/** `status.lastRestart`. */
export type LastRestart = NonNullable<CoordinatorPairStatus['lastRestart']>;

/** `status.failedRollout`. */
export type FailedRollout = NonNullable<CoordinatorPairStatus['failedRollout']>;

/** An attempt to move ACTIVE off a node that failed. */
export type FailedDrain = NonNullable<CoordinatorPairStatus['failedDrain']>;

/** An entry of `status.proposals`. */
export type Proposal = NonNullable<CoordinatorPairStatus['proposals']>[number];

/** `status.lastApproval`. */
export type LastApproval = NonNullable<CoordinatorPairStatus['lastApproval']>;

/** An entry of `status.plan`. */
export type PlannedAct = NonNullable<CoordinatorPairStatus['plan']>[number];

/** An entry of `status.history`, newest first. */
export type HistoryEntry = NonNullable<CoordinatorPairStatus['history']>[number];
