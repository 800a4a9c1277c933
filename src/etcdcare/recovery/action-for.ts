import type { Diagnosis, EtcdGuard } from '../../api/etcd-guard.ts';
import { hasEnded, type EtcdRecovery, type RecoveryAction } from '../../api/etcd-recovery.ts';
import type { Ailment } from '../diagnose/ailment.ts';
import type { Quorum } from '../diagnose/quorum.ts';
import { hasHeld, isSameTrouble } from '../quorum-loss.ts';
import { FOR_CASE, forALoss, isAnswered } from './asked-for.ts';

/** What repairs an ailment. */
export interface Wanted {
  readonly action: RecoveryAction;
  readonly target?: string;
}

/**
 * Which recovery an ailment asks for; undefined: none that the operator knows how to do.
 *
 * What overwrites data of members is reached only from a lost quorum whose evidence has held for the guard's window, and
 * only when starting the members that have intact data was planned before and refused. An etcd that could split is stopped
 * without waiting; what is stopped does not come back by itself, so then there is nothing to wait for either.
 *
 * @param lostSince since when the quorum is lost
 * @param recoveries those of this guard
 */
export function actionFor(
  { case: ailment, pods = [] }: Pick<Diagnosis, 'case' | 'pods'>,
  quorum: Pick<Quorum, 'verdict' | 'members' | 'fencedBy'>,
  lostSince: string | undefined,
  { spec }: EtcdGuard,
  recoveries: readonly EtcdRecovery[],
  now: Date,
): Wanted | undefined {
  const [pod] = pods;
  const lost = (): Wanted | undefined =>
    quorum.verdict === 'Lost' && lostSince !== undefined && hasHeld(lostSince, spec.quorumLossWindowSeconds, now)
      ? rebuild(ailment, lostSince, quorum, recoveries, now)
      : undefined;
  switch (ailment) {
    case 'VolumePending':
      return spec.storageClassName === undefined ? undefined : { action: 'BindPendingVolume' };
    case 'MemberIDFileEmpty':
      if (pod === undefined) return undefined;
      return { action: isForgotten(pod, quorum) ? 'ReplaceMember' : 'ClearMemberID', target: pod };
    case 'NoSpaceAlarm':
      return { action: 'ReclaimSpace' };
    case 'MemberRemoved':
    case 'AlreadyBootstrapped':
    case 'MemberCountUnequal':
    case 'MemberLogLost':
    case 'DataDamaged':
    case 'PublishedStepsHalfDone':
      if (quorum.verdict === 'Quorate')
        return pods.length === 1 && pod !== undefined ? { action: 'ReplaceMember', target: pod } : undefined;
      return lost();
    case 'SplitBrainRisk':
      if (quorum.fencedBy !== undefined && lostSince !== undefined)
        return rebuild(ailment, lostSince, quorum, recoveries, now);
      return spec.policy.fence === 'Never' ? lost() : { action: 'Fence' };
    case 'QuorumLost':
    case 'AllMembersDown':
      return lost();
    default:
      return undefined;
  }
}

/** The quorum lists no member for the pod, or one that was added and has never started: its data belongs to nobody. */
function isForgotten(pod: string, { verdict, members }: Pick<Quorum, 'verdict' | 'members'>): boolean {
  const listed = members?.find(({ podName }) => podName === pod);
  return verdict === 'Quorate' && members !== undefined && (listed === undefined || listed.name === '');
}

/** It did not bring the quorum back, or a person did not want it: then the next one is planned. */
function wasInVain({ spec, status }: EtcdRecovery): boolean {
  return status?.state === 'Refused' || status?.state === 'Failed' || (status?.state === 'Cancelled' && spec.cancel);
}

/** Intact data first: a majority of it loses nothing. A question that is open stays the question. */
function rebuild(
  ailment: Ailment['case'],
  sinceTime: string,
  { members }: Pick<Quorum, 'members'>,
  recoveries: readonly EtcdRecovery[],
  now: Date,
): Wanted {
  const asked = recoveries.filter(
    (recovery) =>
      isSameTrouble(recovery.metadata.labels?.[FOR_CASE], ailment) &&
      Date.parse(recovery.metadata.creationTimestamp ?? '') >= Date.parse(sinceTime),
  );
  const open = asked.find((recovery) => !hasEnded(recovery) && forALoss.includes(recovery.spec.action));
  if (open) return { action: open.spec.action };
  const tried = (action: RecoveryAction): boolean =>
    asked.some((recovery) => recovery.spec.action === action && wasInVain(recovery) && isAnswered(recovery, now));
  if (!tried('RestartQuorum')) return { action: 'RestartQuorum' };
  // Each is refused where the other one fits: a member may run and answer nobody, as one that was restarted alone does.
  const answers = (members ?? []).some(({ look }) => look !== undefined);
  const inOrder = ['RebuildFromSurvivor', 'RestoreFromSnapshot'] as const;
  const action = (answers ? inOrder : inOrder.toReversed()).find((one) => !tried(one));
  return { action: action ?? 'RestoreFromSnapshot' };
}
