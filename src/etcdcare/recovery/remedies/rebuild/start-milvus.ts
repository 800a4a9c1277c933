import { startMilvus as startInOrder } from '../../../milvus/start.ts';
import type { Step } from '../../remedy.ts';
import { milvusChanges, operationOf } from './noted.ts';

const LOOK_MS = 1_000;

/** Starts Milvus again: coordinators first, the others when these serve. */
export const startMilvus: Step = {
  name: 'StartMilvus',
  safeToStop: true,
  run: async (work) => {
    const changes = milvusChanges(work) ?? [];
    const rebuilder = { uid: operationOf(work), name: work.recovery.metadata.name };
    const progress = await startInOrder(work.client, changes, rebuilder, work.signal);
    if (progress.state === 'Waiting')
      return { state: 'Waiting', message: `waits for coordinators: ${progress.for.join('; ')}`, againMs: LOOK_MS };
    return {
      state: 'Done',
      message: changes.length === 0 ? 'etcd is rebuilt' : 'etcd is rebuilt and Milvus runs again',
    };
  },
};
