import type { Frozen } from './frozen.ts';
import type {
  EtcdRecoverySpec as GeneratedSpec,
  EtcdRecoveryStatus as GeneratedStatus,
} from './generated/etcd-recovery.ts';
import type { RecoveryCondition } from './recovery-conditions.ts';
import type { etcdRecoveryKind, GROUP, VERSION } from './names.ts';
import type { ResourceMetadata } from './resource-metadata.ts';

/** What shall be done to which etcd, as the API server returns it: fields with a default are there. */
export type EtcdRecoverySpec = Frozen<GeneratedSpec>;

/** What was planned, done and seen. */
export type EtcdRecoveryStatus = Omit<Frozen<GeneratedStatus>, 'conditions'> & {
  readonly conditions?: readonly RecoveryCondition[];
};

/** An EtcdRecovery as the API server returns it. */
export interface EtcdRecovery {
  readonly apiVersion: `${typeof GROUP}/${typeof VERSION}`;
  readonly kind: typeof etcdRecoveryKind.kind;
  readonly metadata: ResourceMetadata;
  readonly spec: EtcdRecoverySpec;
  readonly status?: EtcdRecoveryStatus;
}

/** What a recovery does. */
export type RecoveryAction = EtcdRecoverySpec['action'];

/** How far a recovery is. */
export type RecoveryState = NonNullable<EtcdRecoveryStatus['state']>;

/** An entry of `status.steps`. */
export type RecoveryStep = NonNullable<EtcdRecoveryStatus['steps']>[number];

/** An entry of `status.sources`. */
export type RecoverySource = NonNullable<EtcdRecoveryStatus['sources']>[number];

/** `status.before` and `status.after`. */
export type StoreSummary = NonNullable<EtcdRecoveryStatus['before']>;

/** States that a recovery does not leave. */
export const endStates: readonly RecoveryState[] = ['Succeeded', 'Failed', 'Refused', 'Cancelled', 'Expired'];

/** Whether a recovery has ended. */
export function hasEnded({ status }: Pick<EtcdRecovery, 'status'>): boolean {
  return status?.state !== undefined && endStates.includes(status.state);
}
