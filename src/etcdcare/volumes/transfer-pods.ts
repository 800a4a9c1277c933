import type { KubeClient } from '../../kube/client.ts';
import { jobKind } from '../../kube/kinds.ts';
import type { Stored } from '../../kube/objects.ts';
import { ensureJob, podOf, type JobClient } from './run-script.ts';
import { podJob, type JobOptions, type JobOwner, type ScriptJobOptions } from './script-job.ts';
import type { EnvVar, Job, JobContainer } from './job-types.ts';
import { keyVariables } from './transfer/key.ts';

/** Where a snapshot is served. */
export const ARTEFACT_PORT = 7443;
/** Where a script finds what a container before it fetched. */
export const FETCHED_ARTEFACT = '/artefact/snapshot.db';

/** Secrets in which the credentials of etcd stand, from which the key of a transfer is made. */
export interface EtcdSecrets {
  /** Has the key `password`. */
  readonly auth?: string;
  /** May have the key `tls.key`. */
  readonly clientTLS?: string;
}

/** The Job that serves an artefact from the volume it lies on, until it is suspended or its deadline is over. */
export function servingJob(
  options: JobOptions & {
    /** An image that has the operator's own program. */
    readonly operatorImage: string;
    /** The artefact, as a path in one of the claims. */
    readonly file: string;
    readonly secrets: EtcdSecrets;
  },
): Job {
  const { operatorImage, file, owner, secrets } = options;
  return podJob(options, {
    containers: [
      {
        name: 'serve',
        image: operatorImage,
        imagePullPolicy: 'IfNotPresent',
        args: ['artefact', 'serve', '--file', file, '--port', String(ARTEFACT_PORT)],
        env: keyOf(owner, secrets),
        ports: [{ name: 'artefact', containerPort: ARTEFACT_PORT }],
        terminationMessagePolicy: 'FallbackToLogsOnError',
      },
    ],
  });
}

/** What comes before a script that needs the artefact: it is then {@link FETCHED_ARTEFACT}. */
export function fetchBefore(options: {
  readonly owner: JobOwner;
  readonly operatorImage: string;
  /** As {@link servingAddress} gave it. */
  readonly from: string;
  readonly sha256: string;
  readonly secrets: EtcdSecrets;
}): NonNullable<ScriptJobOptions['before']> {
  const { owner, operatorImage, from, sha256, secrets } = options;
  const container: JobContainer = {
    name: 'fetch',
    image: operatorImage,
    imagePullPolicy: 'IfNotPresent',
    args: ['artefact', 'fetch', '--from', from, '--sha256', sha256, '--to', FETCHED_ARTEFACT],
    env: keyOf(owner, secrets),
    volumeMounts: [{ name: 'artefact', mountPath: '/artefact' }],
    terminationMessagePolicy: 'FallbackToLogsOnError',
  };
  return { containers: [container], volumes: [{ name: 'artefact', emptyDir: {} }] };
}

/**
 * Starts the serving Job where it is not there, and again where it was ended.
 *
 * @returns host:port once its pod runs; undefined: not yet; `failed`: it will not, and why.
 * @throws ApiError, ForeignJobError.
 */
export async function servingAddress(
  client: JobClient & Pick<KubeClient, 'mergePatch'>,
  job: Job,
  signal: AbortSignal,
): Promise<string | { readonly failed: string } | undefined> {
  const stored = await ensureJob(client, job, signal);
  if (stored.spec.suspend) await suspend(client, stored, false, signal);
  const failed = stored.status?.conditions?.find(({ type, status }) => type === 'Failed' && status === 'True');
  if (failed) return { failed: failed.message ?? 'no reason given' };
  const pod = await podOf(client, stored, signal);
  const { podIP, phase } = pod?.status ?? {};
  if (phase !== 'Running' || podIP === undefined) return undefined;
  return `${podIP.includes(':') ? `[${podIP}]` : podIP}:${ARTEFACT_PORT}`;
}

/**
 * Ends the pod of the serving Job. The Job stays, as those of all steps do: were it gone, a call to make it that comes
 * late would start it again when nobody is there any more to end it.
 *
 * @throws ApiError; isConflict: call again.
 */
export async function stopServing(
  client: Pick<KubeClient, 'get' | 'mergePatch'>,
  job: Job,
  signal: AbortSignal,
): Promise<void> {
  const { name, namespace } = job.metadata;
  const stored = await client.get<Job>(jobKind, name, namespace, { signal });
  if (stored && !stored.spec.suspend) await suspend(client, stored, true, signal);
}

async function suspend(
  client: Pick<KubeClient, 'mergePatch'>,
  { metadata: { name, namespace, uid, resourceVersion } }: Stored<Job>,
  suspended: boolean,
  signal: AbortSignal,
): Promise<void> {
  const patch = { metadata: { uid, resourceVersion }, spec: { suspend: suspended } };
  await client.mergePatch(jobKind, name, namespace, patch, { signal });
}

function keyOf({ uid }: JobOwner, { auth, clientTLS }: EtcdSecrets): readonly EnvVar[] {
  const from = (name: string, key: string, optional: boolean) => ({
    valueFrom: { secretKeyRef: { name, key, optional } },
  });
  return [
    { name: keyVariables.recovery, value: uid },
    ...(auth === undefined ? [] : [{ name: keyVariables.password, ...from(auth, 'password', false) }]),
    // Absent where the Secret has an authority alone.
    ...(clientTLS === undefined ? [] : [{ name: keyVariables.clientKey, ...from(clientTLS, 'tls.key', true) }]),
  ];
}
