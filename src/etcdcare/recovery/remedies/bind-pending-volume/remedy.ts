import { isForbidden } from '../../../../kube/errors.ts';
import { storageClassKind } from '../../../../kube/kinds.ts';
import type { Planning, Remedy } from '../../remedy.ts';
import { bindDetailsSchema, planBindPendingVolume } from './plan.ts';
import { bindNotesSchema, createStatefulSet, removeClaims, seeBound, setStatefulSetAside } from './steps.ts';

/**
 * Claims that name a storage class which nothing provides get the guard's. A claim's class cannot be changed, and a
 * StatefulSet makes a deleted claim again from its template, which cannot be changed either: so it steps aside meanwhile.
 */
export const bindPendingVolume: Remedy = {
  action: 'BindPendingVolume',
  plan: async (planning) => planBindPendingVolume(planning.world, await classExists(planning)),
  details: bindDetailsSchema,
  notes: bindNotesSchema,
  steps: [setStatefulSetAside, removeClaims, createStatefulSet, seeBound],
};

async function classExists({ world, client, signal }: Planning): Promise<boolean | undefined> {
  const { storageClassName } = world.guard.spec;
  if (storageClassName === undefined) return undefined;
  try {
    return (await client.get(storageClassKind, storageClassName, undefined, { signal })) !== undefined;
  } catch (error) {
    if (isForbidden(error)) return undefined;
    throw error;
  }
}
