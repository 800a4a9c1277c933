import { annotations, coordinatorPairKind } from '../../api/names.ts';
import type { KubeObject, ResourceKind, Stored } from '../../kube/objects.ts';
import type { MilvusChange } from './changes.ts';
import {
  milvusKind,
  PAUSE_ANNOTATION,
  replicasOf,
  workloadKinds,
  type MilvusClient,
  type Workload,
  type WorkloadKind,
} from './objects.ts';
import { readChanged } from './read.ts';

/** Who stops Milvus: its uid is what a pair's annotation names. */
export interface Stopper {
  readonly uid: string;
}

/**
 * Stops Milvus: pauses milvus-operator, suspends pairs, scales workloads to none. Does what is not done yet and nothing
 * else, so it can be called again at any time; what is gone meanwhile is no fault. The changes must have been written
 * down before. That everything has been told to stop does not mean that it has: see {@link milvusStopped}.
 *
 * @throws SuspendedByAnother before anything is changed; ApiError; isConflict: somebody wrote in between, call again.
 */
export async function applyStop(
  client: MilvusClient,
  changes: readonly MilvusChange[],
  recovery: Stopper,
  signal: AbortSignal,
): Promise<void> {
  const { milvus, pairs, workloads } = await readChanged(client, changes, signal);
  for (const pair of pairs) {
    const by = pair.metadata.annotations?.[annotations.suspendedBy];
    if (by !== undefined && by !== recovery.uid) throw new SuspendedByAnother(pair.metadata.name, by);
  }
  for (const object of milvus)
    if (object.metadata.annotations?.[PAUSE_ANNOTATION] !== 'true')
      await annotate(client, milvusKind, object, { [PAUSE_ANNOTATION]: 'true' }, signal);
  for (const pair of pairs)
    if (pair.metadata.annotations?.[annotations.suspendedBy] !== recovery.uid)
      await annotate(client, coordinatorPairKind, pair, { [annotations.suspendedBy]: recovery.uid }, signal);
  for (const { change, object, byPair } of workloads)
    if (object && !byPair && replicasOf(object) > 0) await scale(client, change.kind, object, 0, signal);
}

/** A pair cannot be suspended: another recovery has done so and has not ended it. */
export class SuspendedByAnother extends Error {
  override readonly name = 'SuspendedByAnother';

  constructor(pairName: string, uid: string) {
    super(
      `CoordinatorPair ${pairName} is suspended by another EtcdRecovery, ${uid}: let that one end first; if it is gone, take its annotation away: kubectl annotate coordinatorpair ${pairName} ${annotations.suspendedBy}-`,
    );
  }
}

/** Sets annotations of the very object that was read, as it was read. @throws ApiError */
export async function annotate(
  client: MilvusClient,
  kind: ResourceKind,
  { metadata: { name, namespace, uid, resourceVersion } }: Stored<KubeObject>,
  values: Readonly<Record<string, string | null>>,
  signal: AbortSignal,
): Promise<void> {
  const patch = { metadata: { uid, resourceVersion, annotations: values } };
  await client.mergePatch(kind, name, namespace, patch, { signal });
}

/** Scales the very workload that was read, as it was read. @throws ApiError; isConflict: somebody changed it since. */
export async function scale(
  client: MilvusClient,
  kind: WorkloadKind,
  { metadata: { name, namespace, uid, resourceVersion } }: Stored<Workload>,
  replicas: number,
  signal: AbortSignal,
): Promise<void> {
  const patch = { metadata: { uid, resourceVersion }, spec: { replicas } };
  await client.mergePatch(workloadKinds[kind], name, namespace, patch, { signal });
}
