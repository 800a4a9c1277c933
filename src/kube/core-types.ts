import type { KubeObject, ObjectMeta } from './objects.ts';

/** The fields of the built-in kinds that this project reads; unknown ones pass through untouched. */

/** How a container ended (v1.ContainerStateTerminated). */
export interface TerminatedState {
  readonly exitCode: number;
  readonly reason?: string;
  readonly message?: string;
  readonly finishedAt?: string;
  readonly containerID?: string;
}

/** v1.ContainerStatus. */
export interface ContainerStatus {
  readonly name: string;
  readonly ready: boolean;
  readonly restartCount: number;
  readonly image?: string;
  readonly containerID?: string;
  readonly state?: {
    readonly running?: { readonly startedAt?: string };
    readonly waiting?: { readonly reason?: string; readonly message?: string };
    readonly terminated?: TerminatedState;
  };
  readonly lastState?: { readonly terminated?: TerminatedState };
}

/** A condition of a pod or a node. */
export interface StatusCondition {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason?: string;
  readonly message?: string;
  readonly lastTransitionTime?: string;
}

/** v1.Pod as far as it is read. */
export interface Pod extends KubeObject {
  readonly spec?: { readonly nodeName?: string; readonly hostNetwork?: boolean };
  readonly status?: {
    readonly phase?: string;
    readonly podIP?: string;
    readonly podIPs?: readonly { readonly ip?: string }[];
    readonly conditions?: readonly StatusCondition[];
    readonly containerStatuses?: readonly ContainerStatus[];
    readonly initContainerStatuses?: readonly ContainerStatus[];
    readonly ephemeralContainerStatuses?: readonly ContainerStatus[];
    /** For instance Evicted or NodeLost. */
    readonly reason?: string;
  };
}

/** v1.Node as far as it is read. */
export interface Node extends KubeObject {
  readonly spec?: {
    readonly unschedulable?: boolean;
    readonly taints?: readonly { readonly key: string; readonly value?: string; readonly effect: string }[];
  };
  readonly status?: { readonly conditions?: readonly StatusCondition[] };
}

/** v1.Secret. */
export interface Secret extends KubeObject {
  /** Base64 values. */
  readonly data?: Readonly<Record<string, string>>;
}

/** v1.ConfigMap. */
export interface ConfigMap extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
}

/** apps/v1.StatefulSet as far as it is read. */
export interface StatefulSet extends KubeObject {
  readonly spec?: {
    readonly replicas?: number;
    readonly template?: { readonly metadata?: Partial<ObjectMeta>; readonly spec?: unknown };
  };
  readonly status?: { readonly replicas?: number; readonly readyReplicas?: number };
}
