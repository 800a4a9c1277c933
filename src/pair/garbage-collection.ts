import type { CoordinatorPair } from '../api/coordinator-pair.ts';
import { annotations } from '../api/names.ts';
import { collectsGarbage } from '../milvus/environment.ts';

/**
 * The EtcdRecovery since which Milvus' garbage collection is off in this pair, by its name; undefined: it is as the pair
 * says, or the pair's role has none.
 */
export function garbageCollectionOffSince({ metadata, spec }: CoordinatorPair): string | undefined {
  return collectsGarbage(spec.role) ? metadata.annotations?.[annotations.garbageCollectionOff] : undefined;
}
