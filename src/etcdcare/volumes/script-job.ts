import { createHash } from 'node:crypto';
import { GROUP, etcdRecoveryKind } from '../../api/names.ts';
import type { OwnerReference } from '../../kube/objects.ts';
import type {
  EnvVar,
  EtcdTemplate,
  Job,
  JobContainer,
  JobPodSpec,
  SecurityContext,
  TemplateContainer,
  TemplatePodSpec,
  Volume,
  VolumeMount,
} from './job-types.ts';
import { scriptText, type ScriptName } from './scripts.ts';

/** The object on whose behalf a Job runs, and with which it goes: an EtcdRecovery. */
export interface JobOwner {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

/** Which step of a recovery a Job is: its name comes from this alone, so that the same step never runs twice. */
export interface JobStep {
  /** Lower case with dashes. */
  readonly step: string;
  /** Of the member; absent where a step is not about one. */
  readonly ordinal?: number;
  /** Counted from 0: a step that failed may be tried again under another name. */
  readonly attempt?: number;
}

/** A claim that a Job mounts. */
export interface MountedClaim {
  readonly claimName: string;
  readonly mountPath: string;
  readonly readOnly?: boolean;
}

/** What every Job of a recovery is made from. */
export interface JobOptions extends JobStep {
  readonly owner: JobOwner;
  /** Whose pods it resembles: user, groups, tolerations, resources, pull secrets. */
  readonly set: EtcdTemplate;
  /** The container of the StatefulSet that runs etcd. */
  readonly containerName: string;
  readonly claims: readonly MountedClaim[];
  /** Where a pod runs that mounts one of the claims too: a volume of ReadWriteOnce can be mounted there only. */
  readonly nodeName?: string;
  /** After this long it is ended, seconds. */
  readonly deadlineSeconds?: number;
}

/** One script in a Job. */
export interface ScriptJobOptions extends JobOptions {
  readonly script: ScriptName;
  /** Absent: the StatefulSet's image. */
  readonly toolsImage?: string;
  readonly env: Readonly<Record<string, string>>;
  /** Variables whose values stand in a Secret, for instance ETCDCTL_PASSWORD. */
  readonly secretEnv?: Readonly<Record<string, { readonly name: string; readonly key: string }>>;
  /** Secrets whose keys are files, for instance certificates. */
  readonly secretFiles?: readonly { readonly secretName: string; readonly mountPath: string }[];
  /** Containers that come first, and what they and the script share: see transfer-pods.ts. */
  readonly before?: { readonly containers: readonly JobContainer[]; readonly volumes: readonly Volume[] };
}

/** The container of a Job whose end counts. */
export const SCRIPT_CONTAINER = 'script';
/** Where a script may write what is thrown away with its pod. */
export const SCRATCH = '/scratch';
/** On a Job's pod: the name of the Job. */
export const JOB_LABEL = `${GROUP}/etcd-job`;

/** The Job that runs a script once, with the StatefulSet's image beside the StatefulSet's volumes. */
export function scriptJob(options: ScriptJobOptions): Job {
  const { script, env, secretEnv = {}, secretFiles = [], before } = options;
  const secrets = secretFiles.map(({ secretName, mountPath }, at) => ({ name: `secret-${at}`, secretName, mountPath }));
  const mounts: readonly VolumeMount[] = [
    { name: 'scratch', mountPath: SCRATCH },
    ...secrets.map(({ name, mountPath }) => ({ name, mountPath, readOnly: true })),
    ...(before?.volumes ?? []).map(({ name }) => ({ name, mountPath: `/${name}`, readOnly: true })),
  ];
  return podJob(options, {
    containers: [
      {
        name: SCRIPT_CONTAINER,
        image: options.toolsImage ?? etcdContainer(options)?.image ?? '',
        command: ['bash', '-c'],
        args: [scriptText(script), script],
        // Bash before 5.1 keeps here-strings in files.
        env: environment({ SCRATCH, TMPDIR: SCRATCH, ...env }, secretEnv),
        volumeMounts: mounts,
      },
    ],
    initContainers: before?.containers ?? [],
    volumes: [
      { name: 'scratch', emptyDir: {} },
      // Readable for the user of the pod, who is not root.
      ...secrets.map(({ name, secretName }) => ({ name, secret: { secretName, defaultMode: 0o440 } })),
      ...(before?.volumes ?? []),
    ],
  });
}

/** A Job's pod made fit for a recovery: the claims are mounted in each container, and it is locked down. */
export function podJob(
  options: JobOptions,
  { containers, initContainers, volumes = [] }: Pick<JobPodSpec, 'containers' | 'initContainers' | 'volumes'>,
): Job {
  const { owner, claims, nodeName, deadlineSeconds } = options;
  const name = jobName(owner.uid, options);
  const template = options.set.spec?.template?.spec ?? {};
  const { runAsNonRoot, ...user } = userOf(options);
  const { resources, imagePullPolicy } = etcdContainer(options) ?? {};
  const mounts = claims.map(({ mountPath, readOnly }, at) => ({
    name: `claim-${at}`,
    mountPath,
    ...(readOnly ? { readOnly } : {}),
  }));
  const finished = (container: JobContainer): JobContainer => ({
    ...(imagePullPolicy ? { imagePullPolicy } : {}),
    ...(resources ? { resources } : {}),
    ...container,
    volumeMounts: [...mounts, ...(container.volumeMounts ?? [])],
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
      ...(runAsNonRoot ? { runAsNonRoot } : {}),
    },
  });
  // Kubernetes adds labels that name the Job; these are the only others, so that no selector of etcd or Milvus fits.
  const labels = { [JOB_LABEL]: name, [`${GROUP}/recovery`]: owner.uid, 'sidecar.istio.io/inject': 'false' };
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name,
      namespace: owner.namespace,
      labels,
      ownerReferences: [ownerReference(owner)],
    },
    spec: {
      backoffLimit: 0,
      ...(deadlineSeconds === undefined ? {} : { activeDeadlineSeconds: deadlineSeconds }),
      podReplacementPolicy: 'Failed',
      template: {
        metadata: {
          labels,
          annotations: { 'sidecar.istio.io/inject': 'false', 'linkerd.io/inject': 'disabled' },
        },
        spec: {
          restartPolicy: 'Never',
          automountServiceAccountToken: false,
          enableServiceLinks: false,
          terminationGracePeriodSeconds: 10,
          ...placement(template, nodeName),
          securityContext: { ...user, seccompProfile: { type: 'RuntimeDefault' } },
          ...(initContainers?.length ? { initContainers: initContainers.map(finished) } : {}),
          containers: containers.map(finished),
          volumes: [
            ...claims.map(({ claimName, readOnly }, at) => ({
              name: `claim-${at}`,
              persistentVolumeClaim: { claimName, ...(readOnly ? { readOnly } : {}) },
            })),
            ...volumes,
          ],
        },
      },
    },
  };
}

/** What ties an object to its recovery: it goes with it. */
export function ownerReference({ name, uid }: JobOwner): OwnerReference {
  const { group, version, kind } = etcdRecoveryKind;
  return { apiVersion: `${group}/${version}`, kind, name, uid, controller: true };
}

/** At most this many characters: the Job's name is a label's value too. */
const LONGEST_NAME = 63;

/** The name of the Job of a step. */
export function jobName(recoveryUid: string, { step, ordinal, attempt = 0 }: JobStep): string {
  const parts = ['etcd', recoveryUid, step, ...(ordinal === undefined ? [] : [String(ordinal)])];
  const name = [...parts, ...(attempt === 0 ? [] : [`r${attempt}`])].join('-');
  if (name.length <= LONGEST_NAME) return name;
  const hash = createHash('sha256').update(name).digest('hex').slice(0, 8);
  return `${name.slice(0, LONGEST_NAME - hash.length - 1).replace(/-+$/, '')}-${hash}`;
}

/** Variables of a container. */
export function environment(
  values: Readonly<Record<string, string>>,
  secrets: NonNullable<ScriptJobOptions['secretEnv']> = {},
): readonly EnvVar[] {
  return [
    ...Object.entries(values).map(([name, value]) => ({ name, value })),
    ...Object.entries(secrets).map(([name, secretKeyRef]) => ({ name, valueFrom: { secretKeyRef } })),
  ];
}

function etcdContainer({
  set,
  containerName,
}: Pick<JobOptions, 'set' | 'containerName'>): TemplateContainer | undefined {
  return set.spec?.template?.spec?.containers?.find(({ name }) => name === containerName);
}

/**
 * The user and the groups of the etcd container: it must own what it will find. A pod that says nothing of its user runs
 * as whom its image names, which may be root: then runAsNonRoot would keep it from starting.
 */
export function userOf({ set, containerName }: Pick<JobOptions, 'set' | 'containerName'>): SecurityContext {
  const pod = set.spec?.template?.spec?.securityContext ?? {};
  return { ...groupsOf(pod), ...containerUser(pod, etcdContainer({ set, containerName })?.securityContext) };
}

/** The user of a container: its own word wins over its pod's. */
export function containerUser(pod: SecurityContext, own: SecurityContext = {}): SecurityContext {
  const { runAsUser = pod.runAsUser, runAsGroup = pod.runAsGroup, seLinuxOptions = pod.seLinuxOptions } = own;
  const runAsNonRoot = runAsUser === undefined ? (own.runAsNonRoot ?? pod.runAsNonRoot) : runAsUser !== 0;
  return onlyDefined({ runAsUser, runAsGroup, seLinuxOptions, runAsNonRoot });
}

function groupsOf({ fsGroup, fsGroupChangePolicy, supplementalGroups }: SecurityContext): SecurityContext {
  return onlyDefined({ fsGroup, fsGroupChangePolicy, supplementalGroups });
}

function onlyDefined(fields: {
  readonly [K in keyof SecurityContext]: SecurityContext[K] | undefined;
}): SecurityContext {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

function placement(
  { tolerations, nodeSelector, imagePullSecrets, priorityClassName, schedulerName }: TemplatePodSpec,
  nodeName: string | undefined,
): Partial<JobPodSpec> {
  const matchFields = [{ key: 'metadata.name', operator: 'In', values: [nodeName] }];
  const nodeSelectorTerms = [{ matchFields }];
  return {
    ...(tolerations ? { tolerations } : {}),
    ...(nodeSelector ? { nodeSelector } : {}),
    ...(imagePullSecrets ? { imagePullSecrets } : {}),
    ...(priorityClassName ? { priorityClassName } : {}),
    ...(schedulerName ? { schedulerName } : {}),
    // By the scheduler, not past it: spec.nodeName would ignore taints and the room on the node.
    ...(nodeName === undefined
      ? {}
      : { affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } } } }),
  };
}
