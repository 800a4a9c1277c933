import { annotations, labels } from '../../api/names.ts';
import type { KubeObject, Stored } from '../../kube/objects.ts';
import { collectsGarbage } from '../../milvus/environment.ts';
import type { FoundMilvus, FoundWorkload, StoredPair } from './find.ts';
import { controllerOf, milvusKind, PAUSE_ANNOTATION, scalesItself, type MilvusClient } from './objects.ts';
import type { Rebuilder } from './start.ts';

/*
 * Milvus removes from the object store what its metadata does not name. On metadata that went back in time that is data,
 * and rolling etcd back is no longer possible; so Milvus is started without it, until a person has seen that all is well.
 */

/** Where garbage collection is turned off, and where it stays as it is, each `<kind> <name>`. */
export interface GarbageCollection {
  readonly off: readonly string[];
  readonly asItIs: readonly string[];
}

/** What becomes of garbage collection when this Milvus is started on a rebuilt etcd. */
export function garbageCollection({ milvus, pairs, workloads }: FoundMilvus): GarbageCollection {
  const collecting = pairs.filter(({ spec }) => collectsGarbage(spec.role));
  const isCollecting = ({ object, pair }: FoundWorkload): boolean =>
    pair
      ? collecting.includes(pair) && !scalesItself(pair)
      : collectors.includes(componentOf(object)) && !(milvus && controllerOf(object)?.uid === milvus.metadata.uid);
  return {
    off: [
      ...collecting.filter(scalesItself).map(({ metadata }) => `CoordinatorPair ${metadata.name}`),
      ...(milvus ? [`Milvus ${milvus.metadata.name}`] : []),
    ],
    asItIs: workloads.filter(isCollecting).map(({ kind, object }) => `${kind} ${object.metadata.name}`),
  };
}

/** The components that run it, as milvus-helm and milvus-operator label them. */
const collectors: readonly (string | undefined)[] = ['datacoord', 'mixcoord', 'standalone'];

const componentOf = ({ metadata }: KubeObject): string | undefined =>
  metadata.labels?.[labels.component] ?? metadata.labels?.['component'];

/** What a pair's annotations become when its coordinators may run again. */
export function resumption(pair: StoredPair, { name }: Rebuilder): Readonly<Record<string, string | null>> {
  const off = collectsGarbage(pair.spec.role) && scalesItself(pair);
  return { [annotations.suspendedBy]: null, ...(off ? { [annotations.garbageCollectionOff]: name } : {}) };
}

/**
 * Lets milvus-operator look after a Milvus again, which overrides one setting of milvus.yaml from now on (`spec.config`
 * of milvus-operator). @throws ApiError
 */
export async function resume(
  client: MilvusClient,
  { metadata: { name, namespace, uid, resourceVersion } }: Stored<KubeObject>,
  signal: AbortSignal,
): Promise<void> {
  const patch = {
    metadata: { uid, resourceVersion, annotations: { [PAUSE_ANNOTATION]: null } },
    spec: { config: { dataCoord: { enableGarbageCollection: false } } },
  };
  await client.mergePatch(milvusKind, name, namespace, patch, { signal });
}
