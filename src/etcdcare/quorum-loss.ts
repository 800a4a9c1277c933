import type { AilmentCase, EtcdGuardStatus, PastAilment } from '../api/etcd-guard.ts';
import type { Ailment } from './diagnose/ailment.ts';
import type { Quorum } from './diagnose/quorum.ts';

/** What a lost quorum looks like, one look with the other: members that crash in turn show now this, now that. */
const facesOfALoss: readonly AilmentCase[] = [
  'QuorumLost',
  'AllMembersDown',
  'SplitBrainRisk',
  'PublishedStepsHalfDone',
  'MemberRemoved',
  'AlreadyBootstrapped',
  'MemberCountUnequal',
  'MemberLogLost',
  'DataDamaged',
];
/** Between two of them a member may just be starting, or nothing may be proven. */
const undecided: readonly AilmentCase[] = ['StartingUp', 'Unrecognised'];

/** Whether the quorum is lost for as long as a guard wants it to be before anything is overwritten. */
export function hasHeld(lostSince: string | undefined, windowSeconds: number, now: Date): boolean {
  return lostSince !== undefined && now.getTime() - Date.parse(lostSince) >= windowSeconds * 1000;
}

const isFaceOfALoss = (name: string): boolean => facesOfALoss.some((face) => face === name);

/** Whether what was seen before is the trouble of now, maybe by another of its faces. */
export function isSameTrouble(before: string | undefined, now: AilmentCase): boolean {
  return before === now || (before !== undefined && isFaceOfALoss(before) && isFaceOfALoss(now));
}

/** Whether a case says neither that the quorum is lost, nor that something else ails the etcd. */
export const isUndecided = (name: AilmentCase): boolean => undecided.includes(name);

/** The same face of the loss that still is, as the history has it: members that crash in turn show it again and again. */
export function earlierFace(
  name: string,
  { history = [], quorumLostSinceTime: lostSince }: EtcdGuardStatus = {},
): PastAilment | undefined {
  if (lostSince === undefined) return undefined;
  return history.find((past) => past.case === name && Date.parse(past.endTime) >= Date.parse(lostSince));
}

/**
 * Since when the quorum is lost: from the first look that proved it, through looks that prove nothing because a member was
 * just starting or crashing. A look that finds a quorum, an operator that is blind, and a cause outside of the data (an
 * image, a volume, a node) end it: then the evidence has to hold anew.
 *
 * @param known what was said before
 */
export function quorumLostSince(
  { verdict }: Pick<Quorum, 'verdict'>,
  ailment: Pick<Ailment, 'case'> | undefined,
  known: string | undefined,
  now: Date,
): string | undefined {
  if (!ailment || verdict === 'Quorate') return undefined;
  if (isFaceOfALoss(ailment.case)) return known ?? (verdict === 'Lost' ? now.toISOString() : undefined);
  return isUndecided(ailment.case) ? known : undefined;
}
