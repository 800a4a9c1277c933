import { z } from 'zod';
import { annotations } from '../../../api/names.ts';
import { statefulSetKind } from '../../../kube/kinds.ts';
import type { EtcdStatefulSet } from '../../setup/stateful-set.ts';
import type { Work } from '../remedy.ts';
import type { EtcdWorld } from '../world.ts';
import { ON_DELETE } from './replace-member/render-existing.ts';

const strategySchema = z.strictObject({
  type: z.exactOptional(z.enum(['OnDelete', 'RollingUpdate'])),
  rollingUpdate: z.exactOptional(
    z
      .strictObject({
        partition: z.exactOptional(z.int()),
        maxUnavailable: z.exactOptional(z.union([z.int(), z.string()])),
      })
      .nullable(),
  ),
});

/**
 * Ends a recovery without putting the update strategy back: without a quorum the StatefulSet would restart the last
 * members that run, for their template has changed (podManagementPolicy Parallel). What it was is noted on the
 * StatefulSet, for whoever brings the quorum back.
 *
 * @throws ApiError; isConflict: look again.
 */
export async function holdStrategy(work: Work, { set }: Pick<EtcdWorld, 'set'>): Promise<void> {
  const change = work.changes.find(({ name }) => name === ON_DELETE);
  if (!change || !('spec' in change.putBack) || !('updateStrategy' in change.putBack.spec)) return;
  const { name, namespace, uid, resourceVersion } = set.metadata;
  const noted = { [annotations.updateStrategyBefore]: JSON.stringify(change.putBack.spec.updateStrategy) };
  const patch = { metadata: { uid, resourceVersion, annotations: noted } };
  await work.client.mergePatch(statefulSetKind, name, namespace, patch, { signal: work.signal });
  await work.forget(ON_DELETE);
}

/** A merge patch that puts back the update strategy that was held, and forgets it; undefined: none was. */
export function heldStrategy({ metadata }: EtcdStatefulSet):
  | {
      readonly metadata: { readonly annotations: Readonly<Record<string, null>> };
      readonly spec: { readonly updateStrategy: z.infer<typeof strategySchema> };
    }
  | undefined {
  const noted = metadata.annotations?.[annotations.updateStrategyBefore];
  if (noted === undefined) return undefined;
  const read = strategySchema.safeParse(parsed(noted));
  return {
    metadata: { annotations: { [annotations.updateStrategyBefore]: null } },
    // What is not readable was not written by the operator: the default of Kubernetes.
    spec: { updateStrategy: read.success ? read.data : { type: 'RollingUpdate' } },
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
