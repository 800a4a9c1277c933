import { annotations } from '../../api/names.ts';
import type { EtcdStatefulSet } from './stateful-set.ts';

/** What marks a StatefulSet that an EtcdRecovery has stopped, until somebody changes its spec. */
export const fenceMark = (recoveryName: string, generation: number | undefined): Readonly<Record<string, string>> => ({
  [annotations.fencedBy]: recoveryName,
  [annotations.fencedGeneration]: String(generation ?? 0),
});

/** A merge patch of the annotations that takes the mark away. */
export const noFenceMark = { [annotations.fencedBy]: null, [annotations.fencedGeneration]: null } as const;

/**
 * The EtcdRecovery that stopped an etcd so that it does not split, as long as nobody has changed the StatefulSet since:
 * scaled up, and to zero again for another reason, it is fenced no longer.
 */
export function fencedBy({ metadata, spec }: EtcdStatefulSet): string | undefined {
  const { [annotations.fencedBy]: by, [annotations.fencedGeneration]: generation } = metadata.annotations ?? {};
  return spec?.replicas === 0 && generation === String(metadata.generation ?? 0) ? by : undefined;
}
