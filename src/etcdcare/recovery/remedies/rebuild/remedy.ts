import type { RecoveryAction } from '../../../../api/etcd-recovery.ts';
import type { Remedy, Step } from '../../remedy.ts';
import { membersAgree } from '../members-agree.ts';
import { stopEtcd } from '../stop-etcd.ts';
import { makeArtefact } from './artefact.ts';
import { flipAll } from './flip.ts';
import { lookCloser } from './look-closer.ts';
import { milvusChanges, rebuildDetailsSchema, rebuildNotesSchema } from './noted.ts';
import { planRebuild } from './plan.ts';
import { prepareAll } from './prepare.ts';
import { saveSurvivor } from './save-survivor.ts';
import { startEtcd } from './start-etcd.ts';
import { startMilvus } from './start-milvus.ts';
import { stopMilvus } from './stop-milvus.ts';

const steps: readonly Step[] = [
  stopMilvus,
  saveSurvivor,
  stopEtcd,
  lookCloser,
  makeArtefact,
  prepareAll,
  flipAll,
  startEtcd,
  membersAgree({ keepsChanges: true }),
  startMilvus,
];

/**
 * Restores all members from one source, where too few have intact data for a quorum:
 *
 *     StopMilvus - SaveSurvivor - StopEtcd - LookCloser - MakeArtefact - Prepare | Flip - StartEtcd - MembersAgree - StartMilvus
 *
 * Before the bar nothing of what members hold is changed: it can stop, and everything is put back. Behind it Milvus stays
 * stopped until the members agree.
 */
const rebuild = (action: RecoveryAction): Remedy => ({
  action,
  plan: (planning) => planRebuild(planning, action),
  details: rebuildDetailsSchema,
  notes: rebuildNotesSchema,
  objectsIn: (notes) => milvusChanges({ notes }) ?? [],
  steps,
});

/** All members from one that runs. */
export const rebuildFromSurvivor = rebuild('RebuildFromSurvivor');

/** All members from the best of all volumes and stored snapshots. */
export const restoreFromSnapshot = rebuild('RestoreFromSnapshot');
