import { GROUP } from '../../api/names.ts';
import type { EtcdRecovery, RecoveryAction } from '../../api/etcd-recovery.ts';
import { isSameTrouble, isUndecided } from '../quorum-loss.ts';
import type { EtcdWorld } from './world.ts';

/** Label of a recovery that a guard asked for: the case it saw. */
export const FOR_CASE = `${GROUP}/for-case`;

/** What brings a lost quorum back. */
export const forALoss: readonly RecoveryAction[] = ['RestartQuorum', 'RebuildFromSurvivor', 'RestoreFromSnapshot'];

/** For so long a refusal is taken for final, milliseconds: what forbade the recovery may have been passing. */
const REFUSAL_COUNTS_MS = 15 * 60_000;
/** For so long one that had lost its reason is not asked again, milliseconds. */
const CANCEL_COUNTS_MS = 60_000;

/**
 * Whether a recovery answers for good what its guard asked for; else it is asked again. One that nobody approved in time
 * is: whoever comes to look finds a plan of now.
 */
export function isAnswered({ spec, status }: EtcdRecovery, now: Date): boolean {
  switch (status?.state) {
    // What ended because its reason had passed is asked again when that is back; what a person cancelled is not.
    case 'Cancelled':
      return spec.cancel || isYoung(status, CANCEL_COUNTS_MS, now);
    // Started again since, by somebody, with members that are still empty.
    case 'Succeeded':
      return spec.action !== 'Fence';
    case 'Expired':
      return false;
    case 'Refused':
      return isYoung(status, REFUSAL_COUNTS_MS, now);
    default:
      return true;
  }
}

function isYoung({ endTime }: NonNullable<EtcdRecovery['status']>, countsMs: number, now: Date): boolean {
  return endTime === undefined || now.getTime() - Date.parse(endTime) < countsMs;
}

/** Whether a recovery that a guard asked for has lost its reason: what ails the etcd is something else by now, or nothing. */
export function isOver({ metadata }: EtcdRecovery, { ailment }: Pick<EtcdWorld, 'ailment'>): boolean {
  const asked = metadata.labels?.[FOR_CASE];
  if (asked === undefined) return false;
  if (!ailment) return true;
  // Members that start, and an etcd that cannot be seen, tell nothing.
  return !isUndecided(ailment.case) && ailment.case !== 'OperatorBlind' && !isSameTrouble(asked, ailment.case);
}
