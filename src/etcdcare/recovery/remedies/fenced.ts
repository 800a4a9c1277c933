import type { Work } from '../remedy.ts';
import type { EtcdWorld } from '../world.ts';
import { layoutOf, type Layout } from './rebuild/layout.ts';
import { fenceBroken } from './stop-etcd.ts';

/**
 * The layout of an etcd whose volumes are worked on.
 *
 * @returns why that must not be: it has none, or something of it ran since it was stopped.
 */
export function fenced(world: EtcdWorld, work: Pick<Work, 'notes'>): Layout | { readonly why: string } {
  const layout = layoutOf(world);
  if ('why' in layout) return layout;
  const why = fenceBroken(world, work);
  return why === undefined ? layout : { why };
}
