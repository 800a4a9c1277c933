import type { Step } from '../../remedy.ts';
import { scaleUp } from '../stop-etcd.ts';
import { layoutOf } from './layout.ts';
import { stopAllOfMilvus } from './stop-milvus.ts';

/** Starts all members on the restored data, when it is certain once more that no Milvus writes. */
export const startEtcd: Step = {
  name: 'StartEtcd',
  safeToStop: false,
  keepsChanges: true,
  run: async (work) => {
    const world = await work.look();
    const layout = layoutOf(world);
    if ('why' in layout) return { state: 'Failed', keepChanges: true, message: layout.why };
    // Once more, for somebody may have made another pair meanwhile.
    const stopped = await stopAllOfMilvus(work);
    if (stopped.state === 'Failed') return { ...stopped, keepChanges: true };
    if (stopped.state !== 'Done') return stopped;
    const members = layout.members.length;
    const up = await scaleUp(work, world, members);
    if (!up) return { state: 'Waiting', message: `scales to ${members}`, againMs: 0 };
    return { state: 'Done', message: `StatefulSet ${world.facts.setup.name} has ${members} replicas again` };
  },
};
