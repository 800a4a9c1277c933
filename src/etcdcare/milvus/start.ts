import { findCondition } from '../../api/conditions.ts';
import { annotations, coordinatorPairKind } from '../../api/names.ts';
import type { MilvusChange } from './changes.ts';
import type { StoredPair } from './find.ts';
import { resume, resumption } from './garbage-collection.ts';
import { PAUSE_ANNOTATION, replicasOf, type MilvusClient } from './objects.ts';
import { readChanged, type ScaledWorkload } from './read.ts';
import { annotate, scale, type Stopper } from './stop.ts';

/** The recovery that rebuilt etcd: its uid is what pairs are suspended by, its name what people read. */
export interface Rebuilder extends Stopper {
  readonly name: string;
}

/** How far Milvus is started. */
export type StartProgress =
  | { readonly state: 'Started' }
  /** Coordinators that do not serve yet, each with what its pair says. To be called again when that may have changed. */
  | { readonly state: 'Waiting'; readonly for: readonly string[] };

/**
 * Puts back what {@link applyStop} changed, one step a call and in order: the coordinators; when each pair has an
 * ACTIVE that serves, everything else; milvus-operator last. Does what is not done yet and nothing else: what somebody
 * has scaled up meanwhile, or deleted, or made anew, stays as it is. Garbage collection is off from then on where it can
 * be turned off: see {@link garbageCollection}.
 *
 * @throws ApiError; isConflict: somebody wrote in between, call again.
 */
export async function startMilvus(
  client: MilvusClient,
  changes: readonly MilvusChange[],
  recovery: Rebuilder,
  signal: AbortSignal,
): Promise<StartProgress> {
  const { milvus, pairs, workloads } = await readChanged(client, changes, signal);
  for (const pair of pairs)
    if (pair.metadata.annotations?.[annotations.suspendedBy] === recovery.uid)
      await annotate(client, coordinatorPairKind, pair, resumption(pair, recovery), signal);
  await putBack(
    client,
    workloads.filter(({ change }) => change.pairName !== undefined),
    signal,
  );
  const waiting = pairs
    .filter((pair) => !serves(pair))
    .map(({ metadata: { name }, status }) => `CoordinatorPair ${name}: ${status?.summary ?? 'not looked at yet'}`);
  if (waiting.length > 0) return { state: 'Waiting', for: waiting };
  await putBack(
    client,
    workloads.filter(({ change }) => change.pairName === undefined),
    signal,
  );
  for (const object of milvus)
    if (object.metadata.annotations?.[PAUSE_ANNOTATION] === 'true') await resume(client, object, signal);
  return { state: 'Started' };
}

async function putBack(client: MilvusClient, workloads: readonly ScaledWorkload[], signal: AbortSignal): Promise<void> {
  for (const { change, object, byPair } of workloads)
    if (object && !byPair && replicasOf(object) === 0)
      await scale(client, change.kind, object, change.replicas, signal);
}

/**
 * Whether nothing has to wait for this pair: it has an ACTIVE that has loaded its metadata, or is stopped by its spec.
 * A STANDBY is not waited for. What its status says of the time before the annotation went counts for nothing.
 */
export function serves({ metadata, spec, status }: StoredPair): boolean {
  if (metadata.deletionTimestamp !== undefined || spec.runState === 'Stopped') return true;
  if (metadata.annotations?.[annotations.suspendedBy] !== undefined) return false;
  const active = findCondition(status?.conditions, 'ActiveElected');
  const ready = findCondition(status?.conditions, 'Ready');
  return active?.status === 'True' && ready?.reason !== 'Activating' && ready?.reason !== 'Suspended';
}
