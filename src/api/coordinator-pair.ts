import type { Condition } from './conditions.ts';
import type {
  CoordinatorPairSpec as GeneratedSpec,
  CoordinatorPairStatus as GeneratedStatus,
} from './generated/coordinator-pair.ts';
import type { coordinatorPairKind, GROUP, VERSION } from './names.ts';

/** The same data, not to be changed in place: what is read from the API server is shared by caches. */
type Frozen<T> = T extends readonly (infer Item)[]
  ? readonly Frozen<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]: Frozen<T[Key]> }
    : T;

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
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly uid: string;
    readonly resourceVersion: string;
    /** Counts the changes of the spec. */
    readonly generation: number;
    readonly creationTimestamp?: string;
    readonly deletionTimestamp?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
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

/** The state of a member; see the field's description. */
export type MemberState = MemberStatus['state'];

/** `status.session`. */
export type SessionStatus = NonNullable<CoordinatorPairStatus['session']>;

/** `status.transition`: the change of ACTIVE under way. */
export type Transition = NonNullable<CoordinatorPairStatus['transition']>;

/** `status.lastFailover`. */
export type LastFailover = NonNullable<CoordinatorPairStatus['lastFailover']>;

/** `status.lastSwitchover`. */
export type LastSwitchover = NonNullable<CoordinatorPairStatus['lastSwitchover']>;

/** An entry of `status.history`, newest first. */
export type HistoryEntry = NonNullable<CoordinatorPairStatus['history']>[number];
