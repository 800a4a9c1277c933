import type { CoordinatorPair } from '../../api/coordinator-pair.ts';
import { coordinatorPairKind } from '../../api/names.ts';
import type { KubeObject, ResourceKind, Stored } from '../../kube/objects.ts';
import { marks, scalings, type MilvusChange, type WorkloadChange } from './changes.ts';
import type { StoredPair } from './find.ts';
import { milvusKind, scalesItself, workloadKinds, type MilvusClient, type Workload } from './objects.ts';

/** A workload as it is now; absent when it is gone, or another one has its name. */
export interface ScaledWorkload {
  readonly change: WorkloadChange;
  readonly object?: Stored<Workload>;
  /** Its pair scales it, so nobody else need. */
  readonly byPair: boolean;
}

/** What the changes are about, as it is now, without what is gone. */
export interface StoppedObjects {
  readonly milvus: readonly Stored<KubeObject>[];
  readonly pairs: readonly StoredPair[];
  readonly workloads: readonly ScaledWorkload[];
}

/** Reads everything that the changes name. @throws ApiError */
export async function readChanged(
  client: MilvusClient,
  changes: readonly MilvusChange[],
  signal: AbortSignal,
): Promise<StoppedObjects> {
  const read = async <T extends KubeObject>(
    kind: ResourceKind,
    { namespace, name, uid }: MilvusChange,
  ): Promise<Stored<T> | undefined> => {
    const found = await client.get<T>(kind, name, namespace, { signal });
    return found?.metadata.uid === uid ? found : undefined;
  };
  const all = async <T extends KubeObject>(kind: ResourceKind, of: readonly MilvusChange[]) =>
    (await Promise.all(of.map((change) => read<T>(kind, change)))).filter((found) => found !== undefined);
  const pairs = await all<CoordinatorPair & KubeObject>(coordinatorPairKind, marks(changes, 'CoordinatorPair'));
  const pairOf = ({ pairName, namespace }: WorkloadChange): StoredPair | undefined =>
    pairs.find(({ metadata }) => metadata.name === pairName && metadata.namespace === namespace);
  return {
    milvus: await all<KubeObject>(milvusKind, marks(changes, 'Milvus')),
    pairs,
    workloads: await Promise.all(
      scalings(changes).map(async (change) => {
        const object = await read<Workload>(workloadKinds[change.kind], change);
        const pair = pairOf(change);
        return { change, ...(object ? { object } : {}), byPair: pair !== undefined && scalesItself(pair) };
      }),
    ),
  };
}
