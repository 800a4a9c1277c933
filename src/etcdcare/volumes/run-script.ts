import { isAlreadyExists } from '../../kube/errors.ts';
import type { KubeClient } from '../../kube/client.ts';
import type { Pod } from '../../kube/core-types.ts';
import { jobKind, podKind } from '../../kube/kinds.ts';
import type { Stored } from '../../kube/objects.ts';
import { whyUnscheduled } from '../../kube/unscheduled.ts';
import type { Job } from './job-types.ts';
import { JOB_LABEL, SCRIPT_CONTAINER } from './script-job.ts';
import { outcomeOf, type ScriptOutcome } from './script-outcome.ts';

/** What running a Job takes of the API server. */
export type JobClient = Pick<KubeClient, 'get' | 'list' | 'create'>;

/**
 * Starts a Job where it is not there, and tells how far it is. To be called again until it is not Running: the Job of a
 * step exists once, so a new operator finds what the one before began.
 *
 * @throws ApiError; ForeignJobError where an object of somebody else has that name.
 */
export async function runScript(client: JobClient, job: Job, signal: AbortSignal): Promise<ScriptOutcome> {
  const { name, namespace } = job.metadata;
  const stored = await ensureJob(client, job, signal);
  const pod = await podOf(client, stored, signal);
  const ended = pod && endOf(pod);
  if (ended) return ended;
  const failed = stored.status?.conditions?.find(({ type, status }) => type === 'Failed' && status === 'True');
  if (failed)
    return { state: 'Failed', message: `Job ${namespace}/${name} failed: ${failed.message ?? 'no reason given'}` };
  const waiting = pod && waitingFor(pod);
  const { creationTimestamp: made } = stored.metadata;
  return {
    state: 'Running',
    ...(waiting === undefined ? {} : { waiting }),
    ...(made === undefined || (pod && hasBegun(pod)) ? {} : { pendingSince: made }),
  };
}

/** An object that is not of the recovery has the name of one of its Jobs. */
export class ForeignJobError extends Error {
  override readonly name = 'ForeignJobError';
  readonly code = 'FOREIGN_JOB';
}

/**
 * The Job, made where it is not there.
 *
 * @throws ApiError, ForeignJobError.
 */
export async function ensureJob(client: JobClient, job: Job, signal: AbortSignal): Promise<Stored<Job>> {
  const { name, namespace } = job.metadata;
  const owner = job.metadata.ownerReferences?.[0];
  let stored = await client.get<Job>(jobKind, name, namespace, { signal });
  if (!stored) {
    try {
      return await client.create<Job>(jobKind, job, { signal });
    } catch (error) {
      if (!isAlreadyExists(error)) throw error;
      stored = await client.get<Job>(jobKind, name, namespace, { signal });
      if (!stored) throw error;
    }
  }
  if (!stored.metadata.ownerReferences?.some(({ uid }) => uid === owner?.uid))
    throw new ForeignJobError(`Job ${namespace}/${name} is not of ${owner?.kind} ${owner?.name}: rename or delete it`);
  return stored;
}

/** The pod of a Job, the newest where it has had several; undefined: none yet. @throws ApiError. */
export async function podOf(
  client: Pick<KubeClient, 'list'>,
  { metadata: { name, namespace = '', uid } }: Stored<Job>,
  signal: AbortSignal,
): Promise<Stored<Pod> | undefined> {
  const { items } = await client.list<Pod>(podKind, { namespace, labelSelector: `${JOB_LABEL}=${name}`, signal });
  return items
    .filter(({ metadata }) => metadata.ownerReferences?.some((owner) => owner.uid === uid))
    .sort((a, b) => (b.metadata.creationTimestamp ?? '').localeCompare(a.metadata.creationTimestamp ?? ''))[0];
}

function endOf({ metadata, status }: Pod): ScriptOutcome | undefined {
  for (const { name, state } of status?.initContainerStatuses ?? []) {
    const ended = state?.terminated;
    if (ended && ended.exitCode !== 0) {
      const outcome = outcomeOf(ended);
      return outcome.state === 'Failed' ? { ...outcome, message: `${name}: ${outcome.message}` } : outcome;
    }
  }
  const ended = status?.containerStatuses?.find(({ name }) => name === SCRIPT_CONTAINER)?.state?.terminated;
  if (ended) return outcomeOf(ended);
  // Evicted, or its node is lost: no container tells how it ended.
  if (status?.phase === 'Failed')
    return { state: 'Failed', message: `pod ${metadata.name} failed: ${status.reason ?? 'no reason given'}` };
  return undefined;
}

function hasBegun({ status }: Pod): boolean {
  return [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])].some(
    ({ state }) => state?.running !== undefined || state?.terminated !== undefined,
  );
}

function waitingFor(pod: Pod): string | undefined {
  const unscheduled = whyUnscheduled(pod);
  if (unscheduled !== undefined) return unscheduled;
  const { status } = pod;
  const waiting = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])]
    .map(({ state }) => state?.waiting)
    .find((state) => state?.reason !== undefined && state.reason !== 'PodInitializing');
  return waiting && [waiting.reason, waiting.message].filter(Boolean).join(': ');
}
