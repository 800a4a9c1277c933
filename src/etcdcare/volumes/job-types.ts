import type { KubeObject } from '../../kube/objects.ts';

/** v1.SecurityContext and v1.PodSecurityContext as far as they are copied and set here. */
export interface SecurityContext {
  readonly runAsUser?: number;
  readonly runAsGroup?: number;
  readonly runAsNonRoot?: boolean;
  readonly fsGroup?: number;
  readonly fsGroupChangePolicy?: string;
  readonly supplementalGroups?: readonly number[];
  readonly seLinuxOptions?: object;
  readonly seccompProfile?: object;
  readonly allowPrivilegeEscalation?: boolean;
  readonly readOnlyRootFilesystem?: boolean;
  readonly capabilities?: object;
}

/** v1.EnvVar. */
export interface EnvVar {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: {
    readonly secretKeyRef: { readonly name: string; readonly key: string; readonly optional?: boolean };
  };
}

/** v1.VolumeMount. */
export interface VolumeMount {
  readonly name: string;
  readonly mountPath: string;
  readonly readOnly?: boolean;
  readonly subPath?: string;
  readonly subPathExpr?: string;
}

/** v1.Volume of the kinds used here. */
export interface Volume {
  readonly name: string;
  readonly persistentVolumeClaim?: { readonly claimName: string; readonly readOnly?: boolean };
  readonly emptyDir?: object;
  readonly secret?: { readonly secretName: string; readonly defaultMode?: number };
}

/** v1.Container as it is written here. */
export interface JobContainer {
  readonly name: string;
  readonly image: string;
  readonly imagePullPolicy?: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly env?: readonly EnvVar[];
  readonly volumeMounts?: readonly VolumeMount[];
  readonly ports?: readonly { readonly name: string; readonly containerPort: number }[];
  readonly resources?: object;
  readonly securityContext?: SecurityContext;
  readonly terminationMessagePolicy?: 'File' | 'FallbackToLogsOnError';
}

/** v1.PodSpec as far as a StatefulSet's is copied and a Job's is written. */
export interface JobPodSpec {
  readonly containers: readonly JobContainer[];
  readonly initContainers?: readonly JobContainer[];
  readonly volumes?: readonly Volume[];
  readonly securityContext?: SecurityContext;
  readonly tolerations?: readonly object[];
  readonly nodeSelector?: Readonly<Record<string, string>>;
  readonly imagePullSecrets?: readonly object[];
  readonly affinity?: object;
  readonly priorityClassName?: string;
  readonly schedulerName?: string;
  readonly restartPolicy?: string;
  readonly automountServiceAccountToken?: boolean;
  readonly enableServiceLinks?: boolean;
  readonly terminationGracePeriodSeconds?: number;
}

/** A batch/v1 Job as it is written and read here. */
export interface Job extends KubeObject {
  readonly spec: {
    readonly backoffLimit?: number;
    readonly activeDeadlineSeconds?: number;
    readonly podReplacementPolicy?: string;
    /** Kubernetes ends its pod, and starts none, as long as this is true. */
    readonly suspend?: boolean;
    readonly template: {
      readonly metadata?: {
        readonly labels?: Readonly<Record<string, string>>;
        readonly annotations?: Readonly<Record<string, string>>;
      };
      readonly spec: JobPodSpec;
    };
  };
  readonly status?: {
    readonly conditions?: readonly { readonly type: string; readonly status: string; readonly message?: string }[];
  };
}

/** The container of a StatefulSet's template as far as a Job resembles it. */
export interface TemplateContainer {
  readonly name: string;
  readonly image?: string;
  readonly imagePullPolicy?: string;
  readonly resources?: object;
  readonly securityContext?: SecurityContext;
}

/** The pods of a StatefulSet as far as a Job resembles them. */
export interface TemplatePodSpec extends Pick<
  JobPodSpec,
  'securityContext' | 'tolerations' | 'nodeSelector' | 'imagePullSecrets' | 'priorityClassName' | 'schedulerName'
> {
  readonly containers?: readonly TemplateContainer[];
}

/** A StatefulSet as far as a Job is made from it. */
export interface EtcdTemplate {
  readonly spec?: { readonly template?: { readonly spec?: TemplatePodSpec } };
}
