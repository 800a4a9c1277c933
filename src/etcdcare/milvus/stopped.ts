import { annotations, labels } from '../../api/names.ts';
import type { Pod } from '../../kube/core-types.ts';
import { listAll } from '../../kube/list-pages.ts';
import { podKind } from '../../kube/kinds.ts';
import { selects } from '../../kube/label-selector.ts';
import { marks, scalings, type MilvusChange, type WorkloadChange } from './changes.ts';
import { controllerOf, PAUSE_ANNOTATION, replicasOf, type MilvusClient } from './objects.ts';
import { readChanged, type StoppedObjects } from './read.ts';
import { scaledBy } from './scaled-by.ts';
import type { Stopper } from './stop.ts';

/** A pod of Milvus that still exists. */
export interface RunningPod {
  readonly namespace: string;
  readonly name: string;
  /** It was told to end. */
  readonly terminating: boolean;
}

/** Whether anything of Milvus is left. */
export interface StopProgress {
  /** No pod is left and nothing of what stops Milvus was undone. */
  readonly stopped: boolean;
  readonly running: readonly RunningPod[];
  /** What somebody else has undone, in sentences: who, and the command that keeps them from it. */
  readonly undone: readonly string[];
}

/** Phases in which no container runs or will ever run again. */
const ENDED: readonly (string | undefined)[] = ['Succeeded', 'Failed'];

/**
 * Whether Milvus has stopped: no pod of it exists, those included that are ending. Changes nothing.
 *
 * @throws ApiError
 */
export async function milvusStopped(
  client: MilvusClient,
  changes: readonly MilvusChange[],
  recovery: Stopper,
  signal: AbortSignal,
): Promise<StopProgress> {
  const namespaces = new Set(changes.map(({ namespace }) => namespace));
  const pages = await Promise.all(
    [...namespaces].map((namespace) => listAll<Pod>(client, podKind, { namespace, signal })),
  );
  const running = podsOf(changes, pages.flat());
  const undone = undoneOf(await readChanged(client, changes, signal), recovery);
  return { stopped: running.length === 0 && undone.length === 0, running, undone };
}

/** The pods among these that belong to what is stopped. */
export function podsOf(changes: readonly MilvusChange[], pods: readonly Pod[]): readonly RunningPod[] {
  const pairs = marks(changes, 'CoordinatorPair');
  const workloads = scalings(changes);
  return pods
    .filter(
      (pod) =>
        !ENDED.includes(pod.status?.phase) &&
        (pairs.some(
          ({ namespace, name }) => pod.metadata.namespace === namespace && pod.metadata.labels?.[labels.pair] === name,
        ) ||
          workloads.some((workload) => mayBeOf(workload, pod))),
    )
    .map(({ metadata: { namespace = '', name, deletionTimestamp } }) => ({
      namespace,
      name,
      terminating: deletionTimestamp !== undefined,
    }))
    .sort((a, b) => (`${a.namespace}/${a.name}` < `${b.namespace}/${b.name}` ? -1 : 1));
}

/**
 * Whether a pod is a workload's, as far as it can be told: pods that nobody controls count, those of another
 * StatefulSet (etcd itself, where labels are few) do not.
 */
function mayBeOf({ namespace, uid, podSelector }: WorkloadChange, pod: Pod): boolean {
  if (pod.metadata.namespace !== namespace || !selects(podSelector, pod.metadata.labels ?? {})) return false;
  const controller = controllerOf(pod);
  return controller === undefined || controller.kind === 'ReplicaSet' || controller.uid === uid;
}

/** What of the stop does not stand any more, though it once did or should. */
function undoneOf({ milvus, pairs, workloads }: StoppedObjects, { uid }: Stopper): readonly string[] {
  return [
    ...milvus
      .filter(({ metadata }) => metadata.annotations?.[PAUSE_ANNOTATION] !== 'true')
      .map(
        ({ metadata: { name } }) => `Milvus ${name} lacks the annotation ${PAUSE_ANNOTATION}, so milvus-operator acts`,
      ),
    ...pairs
      .filter(({ metadata }) => metadata.annotations?.[annotations.suspendedBy] !== uid)
      .map(
        ({ metadata: { name } }) => `CoordinatorPair ${name} lacks the annotation ${annotations.suspendedBy}=${uid}`,
      ),
    ...workloads.flatMap(({ object, byPair }) =>
      object && !byPair && replicasOf(object) > 0 ? [scaledBy(object)] : [],
    ),
  ];
}
