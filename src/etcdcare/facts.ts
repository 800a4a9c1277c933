import type { EtcdGuard } from '../api/etcd-guard.ts';
import type { EtcdRecovery } from '../api/etcd-recovery.ts';
import type { EtcdErrorCode } from '../etcd/errors.ts';
import type { ListedMember, MemberStatus } from '../etcd/member-client.ts';
import type { PodFacts } from './pod-facts.ts';
import type { Journal } from './recovery/journal.ts';
import type { EtcdSetup } from './setup/etcd-setup.ts';

/** What one member answered to the operator. */
export interface MemberAnswer {
  readonly status: MemberStatus;
  /** As this member knows them. */
  readonly members: readonly ListedMember[];
  /** Whether it could read through the quorum. */
  readonly readThroughQuorum: boolean;
}

/** One look at the member in a pod: its answer, or why there is none. */
export type MemberLook =
  | { readonly podName: string; readonly answer: MemberAnswer }
  | { readonly podName: string; readonly error: { readonly code: EtcdErrorCode; readonly message: string } };

/** The last comparison of what the members hold. */
export interface HashComparison {
  /** Wall clock of the comparison. */
  readonly time: Date;
  readonly revision: bigint;
  /** Pods whose hash differs from that of the most; empty: all are equal. */
  readonly differing: readonly string[];
}

/** What is known of an etcd and its StatefulSet at one moment: all that a diagnosis may look at. */
export interface EtcdFacts {
  readonly now: Date;
  readonly setup: EtcdSetup;
  /** The pods that the StatefulSet should have, by ordinal; those that do not exist are `missing`. */
  readonly pods: readonly PodFacts[];
  readonly missing: readonly string[];
  /** Since when the operator has seen one missing; absent while none is. */
  readonly missingSince?: Date;
  /** Of the pods that have an address and whose container runs. */
  readonly looks: readonly MemberLook[];
  readonly hashes?: HashComparison;
  /** What is needed to talk to etcd and is not there, for instance a Secret; then nobody was asked. */
  readonly cannotAsk?: string;
  /** How long a member may take to start, milliseconds; absent: the usual time. */
  readonly startUpMs?: number;
  /** Pieces of evidence that could not be had, in words. */
  readonly unread: readonly string[];
}

/** The etcd that a guard names, or why it cannot be looked at. */
export type Subject =
  | { readonly state: 'NotFound' }
  | { readonly state: 'NotEtcd'; readonly why: string }
  | { readonly state: 'Etcd'; readonly facts: EtcdFacts };

/** Another guard of the same etcd. */
export interface Rival {
  readonly name: string;
  /** Then it repairs, and this one only looks. */
  readonly older: boolean;
}

/** Everything one look at a guard knows. */
export interface GuardFacts {
  readonly now: Date;
  readonly guard: EtcdGuard;
  readonly subject: Subject;
  /** The EtcdRecoveries of this guard, and of others of the same etcd. */
  readonly recoveries: readonly EtcdRecovery[];
  /** Of the recovery that is at this etcd, or was left half done. */
  readonly journal?: Journal;
  /** Another guard of the same etcd. */
  readonly rival?: Rival;
}
