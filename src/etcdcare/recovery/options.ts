import type { EtcdGuard } from '../../api/etcd-guard.ts';
import type { EtcdRecovery, EtcdRecoveryStatus, RecoveryAction } from '../../api/etcd-recovery.ts';
import type { Log } from '../../base/log.ts';
import type { ConnectAdmin } from '../../etcd/member-admin.ts';
import type { KubeClient } from '../../kube/client.ts';
import type { PodLogs } from '../../kube/pod-logs.ts';
import type { Sources } from '../observe.ts';
import type { RecoveryLocks } from './lock.ts';
import type { Remedy } from './remedy.ts';

/** What a reconciler of recoveries works with. */
export interface RecoveryReconcilerOptions extends Sources {
  readonly client: KubeClient & PodLogs;
  /** All recoveries of a namespace, as the watch holds them. */
  readonly recoveries: (namespace: string) => readonly EtcdRecovery[];
  readonly guard: (namespace: string, name: string) => EtcdGuard | undefined;
  readonly remedy: (action: RecoveryAction) => Remedy;
  readonly connect: ConnectAdmin;
  readonly locks: RecoveryLocks;
  /** Asked before each step: a replica that no longer leads does nothing more. */
  readonly isLeader: () => boolean;
  /** Of the operator itself, for Jobs that carry files between volumes; absent: not known. */
  readonly operatorImage?: string;
  /** Namespaces that CoordinatorPairs are looked for in; empty: all. */
  readonly watchNamespaces: readonly string[];
  readonly log: Log;
  /** Told of each change of a status, for events and metrics. */
  readonly changed?: (recovery: EtcdRecovery, status: EtcdRecoveryStatus) => void;
}

/** While another recovery or operator is at it, milliseconds. */
export const TURN_MS = 10_000;
