import type { RecoveryAction } from '../../../api/etcd-recovery.ts';
import type { Remedy } from '../remedy.ts';
import { cleanup } from './cleanup.ts';
import { bindPendingVolume } from './bind-pending-volume/remedy.ts';
import { clearMemberID } from './clear-member-id.ts';
import { defragmentRemedy } from './defragment.ts';
import { fenceEtcd } from './fence-etcd.ts';
import { moveLeader } from './move-leader.ts';
import { reclaimSpace } from './reclaim-space.ts';
import { replaceMember } from './replace-member/remedy.ts';
import { replaceVolume } from './replace-volume/remedy.ts';
import { rebuildFromSurvivor, restoreFromSnapshot } from './rebuild/remedy.ts';
import { restartQuorum } from './restart-quorum/remedy.ts';
import { snapshot } from './snapshot.ts';

const known: Readonly<Record<RecoveryAction, Remedy>> = {
  BindPendingVolume: bindPendingVolume,
  ClearMemberID: clearMemberID,
  ReplaceMember: replaceMember,
  ReplaceVolume: replaceVolume,
  Fence: fenceEtcd,
  RestartQuorum: restartQuorum,
  RebuildFromSurvivor: rebuildFromSurvivor,
  RestoreFromSnapshot: restoreFromSnapshot,
  ReclaimSpace: reclaimSpace,
  Cleanup: cleanup,
  Snapshot: snapshot,
  Defragment: defragmentRemedy,
  MoveLeader: moveLeader,
};

/** The remedy of an action. */
export const remedyFor = (action: RecoveryAction): Remedy => known[action];
