import type { LabelSelector } from '../../kube/label-selector.ts';
import type { FoundMilvus, FoundWorkload } from './find.ts';
import { PAUSE_ANNOTATION, replicasOf, type WorkloadKind } from './objects.ts';

/** Which object, and no successor of its name. */
interface Target {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

/** A workload that is scaled to none, with the replicas it had. */
export interface WorkloadChange extends Target {
  readonly kind: WorkloadKind;
  readonly replicas: number;
  /** By it its pods are found, also when the workload is gone. */
  readonly podSelector: LabelSelector;
  /** The pair, in the same namespace, that it belongs to: the pair scales it where it can. */
  readonly pairName?: string;
}

/** A pair that is given, or a Milvus object that is given, an annotation. */
export interface MarkChange extends Target {
  readonly kind: 'CoordinatorPair' | 'Milvus';
}

/**
 * One thing that is changed to stop Milvus, and what it was before. Plain JSON, to be written down before it is done:
 * everything is put back from it.
 */
export type MilvusChange = MarkChange | WorkloadChange;

/**
 * What must be changed so that nothing of this Milvus runs. What an earlier plan noted stays as noted: it was the
 * original, and what is seen now is the work of this recovery. What runs nothing already is left as it is, then and now.
 *
 * @param journalled what an earlier plan of the same recovery noted.
 */
export function planStop(found: FoundMilvus, journalled: readonly MilvusChange[] = []): readonly MilvusChange[] {
  const { milvus, pairs, workloads } = found;
  const paused = milvus?.metadata.annotations?.[PAUSE_ANNOTATION] === 'true';
  const wished: readonly MilvusChange[] = [
    ...(milvus && !paused ? [{ kind: 'Milvus' as const, ...targetOf(milvus) }] : []),
    ...pairs.map((pair) => ({ kind: 'CoordinatorPair' as const, ...targetOf(pair) })),
    ...workloads.filter(({ object }) => replicasOf(object) > 0).map(workloadChange),
  ];
  const isNew = ({ uid }: MilvusChange): boolean => journalled.every((known) => known.uid !== uid);
  return [...journalled, ...wished.filter(isNew)];
}

/** The changes of one sort. */
export const marks = (changes: readonly MilvusChange[], kind: MarkChange['kind']): readonly MarkChange[] =>
  changes.filter((change): change is MarkChange => change.kind === kind);

/** The workloads among the changes. */
export const scalings = (changes: readonly MilvusChange[]): readonly WorkloadChange[] =>
  changes.filter((change): change is WorkloadChange => 'replicas' in change);

function targetOf({
  metadata: { namespace = '', name, uid },
}: {
  readonly metadata: { readonly namespace?: string; readonly name: string; readonly uid: string };
}): Target {
  return { namespace, name, uid };
}

function workloadChange({ kind, object, pair }: FoundWorkload): WorkloadChange {
  return {
    kind,
    ...targetOf(object),
    replicas: replicasOf(object),
    podSelector: object.spec?.selector ?? {},
    ...(pair ? { pairName: pair.metadata.name } : {}),
  };
}
