import { createHash } from 'node:crypto';
import type { KubeClient } from '../../kube/client.ts';
import type { Pod } from '../../kube/core-types.ts';
import { podKind } from '../../kube/kinds.ts';
import type { EnvVar, JobContainer, JobPodSpec, SecurityContext, VolumeMount } from './job-types.ts';
import { containerUser, environment, type ScriptJobOptions } from './script-job.ts';
import { outcomeOf, type ScriptOutcome } from './script-outcome.ts';
import { scriptText, type ScriptName } from './scripts.ts';

/** One script in a container that joins a pod of the etcd, running or crashing. */
export interface EphemeralScriptOptions {
  readonly namespace: string;
  readonly podName: string;
  /** The pod meant: another of its name is not touched. */
  readonly podUid: string;
  /** The container that runs etcd: its image, its volumes and its user are taken. */
  readonly containerName: string;
  /** Of the container that joins: it stays in the pod, so each attempt needs its own, see {@link ephemeralName}. */
  readonly name: string;
  readonly script: ScriptName;
  readonly env: Readonly<Record<string, string>>;
  readonly secretEnv?: ScriptJobOptions['secretEnv'];
  /** Absent: the image of the pod's etcd. */
  readonly toolsImage?: string;
}

/** v1.Pod with what an ephemeral container is made from. */
interface FullPod extends Pod {
  readonly spec?: Pod['spec'] & Partial<JobPodSpec> & { readonly ephemeralContainers?: readonly { name: string }[] };
}

/** What running in a pod takes of the API server. */
export type EphemeralClient = Pick<KubeClient, 'get' | 'mergePatch'>;

/**
 * Puts a script into a pod as an ephemeral container where it is not there, and tells how far it is. To be called again
 * until it is not Running. A container that has joined is never started again, and goes only with the pod.
 *
 * @throws ApiError; a conflict means that the pod changed meanwhile: call again.
 */
export async function ephemeralScript(
  client: EphemeralClient,
  options: EphemeralScriptOptions,
  signal: AbortSignal,
): Promise<ScriptOutcome> {
  const { namespace, podName, podUid, name, containerName } = options;
  const pod = await client.get<FullPod>(podKind, podName, namespace, { signal });
  if (pod?.metadata.uid !== podUid)
    return { state: 'Failed', message: `pod ${podName} is gone: another took its place` };

  const present = pod.spec?.ephemeralContainers ?? [];
  if (!present.some((container) => container.name === name)) {
    const container = pod.spec?.containers?.find((one) => one.name === containerName);
    if (!container) return { state: 'Failed', message: `pod ${podName} has no container ${containerName}` };
    const mounts = container.volumeMounts ?? [];
    if (mounts.some(({ subPath, subPathExpr }) => subPath || subPathExpr))
      return { state: 'Failed', message: `pod ${podName} mounts by subPath, which a container that joins it may not` };
    const joining = ephemeralContainer(options, container, pod.spec?.securityContext ?? {}, mounts);
    const { uid, resourceVersion } = pod.metadata;
    // A merge patch replaces the list, and this resourceVersion is that of the list read.
    const patch = { metadata: { uid, resourceVersion }, spec: { ephemeralContainers: [...present, joining] } };
    await client.mergePatch(podKind, podName, namespace, patch, { signal, subresource: 'ephemeralcontainers' });
    return { state: 'Running' };
  }
  const state = pod.status?.ephemeralContainerStatuses?.find((status) => status.name === name)?.state;
  if (state?.terminated) return outcomeOf(state.terminated);
  const waiting = [state?.waiting?.reason, state?.waiting?.message].filter(Boolean).join(': ');
  return waiting === '' ? { state: 'Running' } : { state: 'Running', waiting };
}

/** The name of the container that joins, unique per attempt. */
export function ephemeralName(recoveryUid: string, step: string, attempt: number): string {
  const hash = createHash('sha256').update(`${recoveryUid} ${step} ${attempt}`).digest('hex').slice(0, 10);
  return `${step.slice(0, 50)}-${hash}`;
}

function ephemeralContainer(
  { name, script, env, secretEnv, toolsImage }: EphemeralScriptOptions,
  { image, imagePullPolicy, securityContext }: JobContainer,
  pod: SecurityContext,
  volumeMounts: readonly VolumeMount[],
): JobContainer & { readonly env: readonly EnvVar[] } {
  return {
    name,
    image: toolsImage ?? image,
    ...(imagePullPolicy ? { imagePullPolicy } : {}),
    command: ['bash', '-c'],
    args: [scriptText(script), script],
    env: environment(env, secretEnv),
    volumeMounts,
    terminationMessagePolicy: 'File',
    securityContext: {
      ...containerUser(pod, securityContext),
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
      seccompProfile: { type: 'RuntimeDefault' },
    },
  };
}
