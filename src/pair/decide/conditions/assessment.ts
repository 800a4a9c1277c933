import type { FailedRollout, LastActive, LastApproval, Proposal, Transition } from '../../../api/coordinator-pair.ts';
import type { ConditionFinding } from '../../../api/conditions.ts';
import type { PairFacts } from '../../facts.ts';
import type { Member } from '../members.ts';
import type { RoleMembers } from '../other-roles.ts';
import type { RoleSessions } from '../role-sessions.ts';
import { stopOf, type Stop } from '../run-state.ts';

/** A child whose name belongs to somebody else. */
export interface ForeignChild {
  readonly kind: string;
  readonly name: string;
  readonly owner: string;
}

/** What conditions are judged from: the facts and what was decided about them. */
export interface Assessment {
  readonly facts: PairFacts;
  /** Empty while etcd is not known. */
  readonly members: readonly Member[];
  /** The same for each further role of a `mixture`. */
  readonly otherRoles: readonly RoleMembers[];
  readonly transition?: Transition;
  readonly lastActive?: LastActive;
  /** The step at which a rollout waits for a person. */
  readonly rolloutStalledAt?: string;
  readonly foreignChildren: readonly ForeignChild[];
  /** Until when voluntary acts wait because ACTIVE changes too often. */
  readonly flappingUntil?: Date;
  /** Why a dead holder's lease is left to run out. */
  readonly waitingBecause?: string;
  /** The wished template, if it was given up. */
  readonly failedRollout?: FailedRollout;
  readonly proposals?: readonly Proposal[];
  readonly lastApproval?: LastApproval;
}

/**
 * Judges one condition; undefined where the condition is only there while it is true. Messages hold no moving figures,
 * so that a status at rest stays silent.
 */
export type Judge = (assessment: Assessment) => ConditionFinding | undefined;

/** What one judge finds. */
export type Finding<Type extends ConditionFinding['type']> = Extract<ConditionFinding, { type: Type }>;

/** The rest of a finding that cannot be made because etcd is not known. */
export interface Blind {
  readonly status: 'Unknown';
  readonly reason: 'EtcdUnreachable' | 'NotObserved' | 'UnreadableSession';
  readonly message: string;
}

/** `Unknown` while etcd, or what it says of who holds the role, cannot be read; undefined while roles are known. */
export function blind(assessment: Assessment): Blind | undefined {
  const { etcd } = assessment.facts;
  if (etcd.state !== 'Known') return unread(assessment);
  if (etcd.sessions.holderUnreadable !== true) return undefined;
  return {
    status: 'Unknown',
    reason: 'UnreadableSession',
    message: `who holds the role cannot be told: ${brokenKeys(etcd.sessions)}; pods, labels and sessions are left as they are`,
  };
}

/** What is wrong with keys whose value cannot be read. */
export function brokenKeys({ broken }: RoleSessions): string {
  return broken.map(({ key, reason }) => `the value of the session key ${key} is broken: ${reason}`).join('; ');
}

/** `Unknown` with the time of the last good look, or undefined while etcd is known. */
export function unread({
  facts: { etcd },
}: Assessment): (Blind & { readonly reason: Exclude<Blind['reason'], 'UnreadableSession'> }) | undefined {
  switch (etcd.state) {
    case 'Known':
      return undefined;
    case 'Pending':
      return { status: 'Unknown', reason: 'NotObserved', message: 'etcd has not been read yet' };
    case 'Unknown': {
      const last = etcd.lastReadTime ? `last read at ${etcd.lastReadTime.toISOString()}` : 'never read';
      return {
        status: 'Unknown',
        reason: 'EtcdUnreachable',
        message: `etcd cannot be read since ${etcd.since.toISOString()} (${last}); nothing is touched until it can: ${etcd.message}`,
      };
    }
  }
}

/** Whether the pair is meant to have no pods. */
export function isStopped({ facts: { pair } }: Assessment): boolean {
  return stopOf(pair) !== undefined;
}

/** The rest of a finding about a pair that is meant to have no pods; undefined: it is meant to run. */
export function stopped({ facts: { pair } }: Assessment): (Stop & { readonly status: 'False' }) | undefined {
  const stop = stopOf(pair);
  return stop && { status: 'False', ...stop };
}
