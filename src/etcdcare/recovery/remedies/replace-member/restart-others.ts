import type { Step } from '../../remedy.ts';
import type { EtcdWorld } from '../../world.ts';
import { notAllWell } from '../members.ts';
import { statefulSetKind } from '../../../../kube/kinds.ts';
import { heldStrategy } from '../held-strategy.ts';
import { ON_DELETE } from './render-existing.ts';

const LOOK_MS = 1_000;

/** The StatefulSet may restart pods again, and does so with those of the older template: only while all are well. */
export const restartOthers: Step = {
  name: 'RestartOthers',
  safeToStop: false,
  keepsChanges: true,
  run: async (work) => {
    const world = await work.look();
    const unwell = notAllWell(world);
    if (unwell !== undefined) return { state: 'Waiting', message: `waits, for ${unwell}`, againMs: LOOK_MS };
    if (work.changes.some(({ name }) => name === ON_DELETE)) {
      await work.putBack(ON_DELETE);
      return { state: 'Waiting', message: 'the update strategy was put back', againMs: LOOK_MS };
    }
    // Held by an earlier recovery, which lost the quorum.
    const held = heldStrategy(world.set);
    if (held) {
      const { name, namespace, uid, resourceVersion } = world.set.metadata;
      const patch = { spec: held.spec, metadata: { uid, resourceVersion, ...held.metadata } };
      await work.client.mergePatch(statefulSetKind, name, namespace, patch, { signal: work.signal });
      return { state: 'Waiting', message: 'the update strategy was put back', againMs: LOOK_MS };
    }
    const left = notRestarted(world);
    if (left > 0)
      return { state: 'Waiting', message: `${left} pods are of the older template still`, againMs: LOOK_MS };
    return { state: 'Done', message: 'no pod is to be restarted' };
  },
};

/** How many pods the StatefulSet has still to restart. */
export function notRestarted({ set }: Pick<EtcdWorld, 'set'>): number {
  if (set.spec?.updateStrategy?.type === 'OnDelete') return 0;
  const { replicas = 1 } = set.spec ?? {};
  const { status, metadata } = set;
  const seen = (status?.observedGeneration ?? 0) >= (metadata.generation ?? 0);
  if (seen && status?.updateRevision === status?.currentRevision) return 0;
  return replicas - (seen ? (status?.updatedReplicas ?? 0) : 0);
}
