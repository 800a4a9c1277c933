import type { KubeObject, Stored } from '../../kube/objects.ts';
import { labels } from '../../api/names.ts';

/**
 * What an object that bears the name of one of our children is to us.
 * - Absent: nobody has the name.
 * - Ours: this pair controls it.
 * - Adoptable: nobody controls it, and it carries this pair's label: left behind by an orphaning delete.
 * - Foreign: it belongs to somebody else; `owner` says to whom.
 */
export type Ownership =
  | { readonly kind: 'Absent' }
  | { readonly kind: 'Ours' }
  | { readonly kind: 'Adoptable' }
  | { readonly kind: 'Foreign'; readonly owner: string };

/** Classifies `live`, found under the name of a child of `pair`. */
export function ownershipOf(live: Stored<KubeObject> | undefined, pair: { name: string; uid: string }): Ownership {
  if (!live) return { kind: 'Absent' };
  const controller = live.metadata.ownerReferences?.find((reference) => reference.controller);
  if (controller?.uid === pair.uid) return { kind: 'Ours' };
  if (controller) return { kind: 'Foreign', owner: `${controller.kind} ${controller.name}` };
  if (live.metadata.labels?.[labels.pair] === pair.name) return { kind: 'Adoptable' };
  return { kind: 'Foreign', owner: 'nobody this operator knows' };
}
