import { statefulSetKind } from '../../../../kube/kinds.ts';
import { startsExisting, withStateExisting } from '../../../setup/initial-state.ts';
import type { Step, StepOutcome, Work } from '../../remedy.ts';
import type { EtcdWorld } from '../../world.ts';
import { etcdContainer } from './replacement.ts';

/** The name of the change that keeps the StatefulSet from restarting pods by itself. */
export const ON_DELETE = 'OnDelete';

/**
 * The template says `existing` from here on, and for good: with `new` an emptied member can make a cluster of its own
 * beside the others. Under OnDelete, so that no pod is restarted by that.
 */
export const renderExisting: Step = {
  name: 'RenderExisting',
  safeToStop: true,
  run: async (work) => {
    const world = await work.look();
    const container = etcdContainer(world);
    if (container && startsExisting(container)) return { state: 'Done', message: 'the template says existing' };
    const changed = container && withStateExisting(container);
    if (!changed)
      return { state: 'Failed', message: 'where the template sets the state of the initial cluster cannot be seen' };
    if (world.set.spec?.updateStrategy?.type !== 'OnDelete') return holdBack(work, world);
    const { name, namespace, uid, resourceVersion } = world.set.metadata;
    const containers = world.set.spec.template?.spec?.containers?.map((one) => (one === container ? changed : one));
    const patch = { metadata: { uid, resourceVersion }, spec: { template: { spec: { containers } } } };
    await work.client.mergePatch(statefulSetKind, name, namespace, patch, { signal: work.signal });
    return { state: 'Done', message: 'the template says existing from now on, for good; no pod was restarted' };
  },
};

async function holdBack(work: Work, { set, facts }: EtcdWorld): Promise<StepOutcome> {
  const { name, namespace = '', uid, resourceVersion } = set.metadata;
  const patch = { spec: { updateStrategy: { type: 'OnDelete' as const, rollingUpdate: null } } };
  if (facts.setup.startUp === 'G1') {
    // Put back, it would restart every pod, and this image removes a member and its data when its pod ends.
    const bound = { ...patch, metadata: { uid, resourceVersion } };
    await work.client.mergePatch(statefulSetKind, name, namespace, bound, { signal: work.signal });
  } else {
    const putBack = { spec: { updateStrategy: set.spec?.updateStrategy ?? { type: 'RollingUpdate' } } };
    const what = `StatefulSet ${name} restarts no pods by itself (updateStrategy OnDelete)`;
    const object = { name, namespace, uid };
    await work.change({ name: ON_DELETE, what, kind: 'StatefulSet', object, patch, putBack }, resourceVersion);
  }
  return { state: 'Waiting', message: 'the StatefulSet restarts no pods by itself', againMs: 0 };
}
