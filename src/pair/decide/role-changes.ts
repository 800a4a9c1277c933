import type {
  FailedDrain,
  FailedRollout,
  HistoryEntry,
  LastApproval,
  LastFailover,
  LastSwitchover,
  Proposal,
  RoleStatus,
  Transition,
} from '../../api/coordinator-pair.ts';
import type { PairFacts } from '../facts.ts';
import { activeChange } from './active-change.ts';
import { askedApproval, decideApprovals } from './approvals.ts';
import { deadSessionsOfOtherRoles, decideDeadSessions, type RevokeLease } from './dead-sessions.ts';
import type { EndPod } from './disruption.ts';
import { decideDrain, failureOfDrain, lastingFailure } from './drain.ts';
import { unsteadyUntil } from './etcd-blame.ts';
import type { EventDraft } from './event-draft.ts';
import { flappingUntil } from './flapping.ts';
import { lastGood } from './held-template.ts';
import { withHandover } from './handover.ts';
import { leaseSeconds } from './lease-time.ts';
import { registeredForAll } from './other-roles.ts';
import { templateHashOf, type Plan } from './plan.ts';
import { remediesOf } from './remedies.ts';
import type { Remedy } from './remedy.ts';
import { decideRollout } from './rollout.ts';
import { stopOf } from './run-state.ts';
import { askedToken, decideSwitchover } from './switchover.ts';

/** What became of the role, and what is done about it. */
export interface RoleChanges {
  readonly active?: RoleStatus;
  readonly transition?: Transition;
  readonly lastFailover?: LastFailover;
  readonly lastSwitchover?: LastSwitchover;
  readonly completed?: HistoryEntry;
  /** The rollout step whose deadline is over. */
  readonly stalledAt?: string;
  /** Until when voluntary acts wait because ACTIVE changes too often. */
  readonly flappingUntil?: Date;
  /** Why a dead holder's lease is left to run out. */
  readonly waitingBecause?: string;
  /** The wished template, if it was given up. */
  readonly failedRollout?: FailedRollout;
  /** The last attempt to move ACTIVE off a node, if it failed and ACTIVE is still there. */
  readonly failedDrain?: FailedDrain;
  readonly proposals: readonly Proposal[];
  readonly lastApproval?: LastApproval;
  /** Moments at which what is seen now calls for something else. */
  readonly dueNext: readonly Date[];
  readonly revoke: readonly RevokeLease[];
  readonly endPod?: EndPod;
  readonly events: readonly EventDraft[];
}

/**
 * The change of ACTIVE first, then a node that is being emptied, then what was asked for, then the rollout, then what
 * has failed and may be cured, with or without approval: each sees the lock the one before left. Only called while etcd
 * is known.
 */
export function roleChanges(facts: PairFacts, { members, otherRoles, mayAct }: Plan): RoleChanges {
  const { pair, now, etcd } = facts;
  const previous = pair.status;
  const ttlSeconds = leaseSeconds(etcd);
  const stopped = stopOf(pair) !== undefined;
  const role = activeChange(members, previous, { ...facts, ttlSeconds, stopped });
  const history = [...(role.completed ? [role.completed] : []), ...(previous?.history ?? [])];
  const flapping = flappingUntil(history, now);
  // A key that cannot be read may be anybody's: then it is not known who is what.
  const readable = etcd.state === 'Known' && etcd.sessions.broken.length === 0;
  const mayMove = mayAct && !stopped && flapping === undefined && readable;
  const steady = unsteadyUntil(facts) === undefined;
  // While coordinators of an older layout are registered nobody would take a role that is given up.
  const olderLayout = etcd.state === 'Known' ? etcd.sessions.olderLayout : [];
  const mayRenew = mayMove && steady && olderLayout.length === 0;
  const complete = registeredForAll(members, otherRoles);
  const drain = mayRenew && !role.transition ? decideDrain(facts, complete) : undefined;
  const locked = drain?.transition ?? role.transition;
  const token = askedToken(pair);
  const failed = stillFailed(facts);
  const goodHash = lastGoodOf(facts, members);
  // A template that was given up is not wished any more: what both pods should be made from is the one before it.
  const templateHash = failed ? (goodHash ?? facts.templateHash) : facts.templateHash;
  const switchover = decideSwitchover({
    now,
    members: complete,
    mayAct: mayMove,
    ...(flapping && mayAct && !stopped ? { flappingUntil: flapping } : {}),
    ...(templateHash === undefined ? {} : { templateHash }),
    ...(token === undefined ? {} : { token }),
    ...(previous ? { previous } : {}),
    ...(locked ? { transition: locked } : {}),
    olderLayout,
  });
  const liveTemplateHash = templateHashOf(facts.children.find(({ desired }) => desired.kind === 'StatefulSet')?.live);
  const rollout = decideRollout({
    now,
    members: complete,
    mayAct: mayRenew,
    ...(pair.spec.image === undefined ? {} : { image: pair.spec.image }),
    policy: pair.spec.rollout.policy,
    puttingBack: failed !== undefined,
    ...(goodHash === undefined || failed ? {} : { lastGood: goodHash }),
    ...(templateHash === undefined ? {} : { templateHash }),
    ...(liveTemplateHash === undefined ? {} : { liveTemplateHash }),
    ...(switchover.transition ? { transition: switchover.transition } : {}),
  });
  const dead = mayAct ? decideDeadSessions(facts, members) : { revoke: [] };
  const deadElsewhere = mayAct ? deadSessionsOfOtherRoles(facts, otherRoles) : [];
  const { deadHolder } = pair.spec.remediation;
  const mayCure = mayAct && !stopped && readable && steady;
  const { remedies, dueNext } = mayCure
    ? remediesOf(facts, members, {
        planned: rollout.transition !== undefined && rollout.transition.type !== 'Failover',
        voluntary: mayMove,
        failingOver: rollout.transition?.type === 'Failover',
        deadHolders:
          deadHolder === 'Approve' ? [...dead.revoke, ...deadElsewhere].filter(({ successor }) => successor) : [],
        rollout: rollout.remedy,
      })
    : { remedies: [], dueNext: [] };
  const approvals = decideApprovals(remedies, { now, previous, approval: askedApproval(pair) });
  const granted = grantedActs(approvals.granted);
  const transition = rollout.transition ?? granted.begin;
  const lastSwitchover = switchover.record ?? previous?.lastSwitchover;
  const failedRollout = failed ?? failedNow(rollout.failed, facts);
  const failedDrain = failureOfDrain(switchover.failed, members, now) ?? lastingFailure(facts, members);
  // A move that this very look starts is acted on at the next, when the status holds it.
  const victim = drain ? undefined : (switchover.endPod ?? rollout.endPod ?? granted.endPod);
  const endPod = victim && withHandover(victim, otherRoles);
  return {
    ...(role.active ? { active: role.active } : {}),
    ...(transition ? { transition } : {}),
    ...(role.lastFailover ? { lastFailover: role.lastFailover } : {}),
    ...(lastSwitchover ? { lastSwitchover } : {}),
    ...(role.completed ? { completed: role.completed } : {}),
    ...(rollout.stalledAt === undefined ? {} : { stalledAt: rollout.stalledAt }),
    ...(flapping ? { flappingUntil: flapping } : {}),
    ...(dead.waitingBecause === undefined ? {} : { waitingBecause: dead.waitingBecause }),
    ...(failedRollout ? { failedRollout } : {}),
    ...(failedDrain ? { failedDrain } : {}),
    proposals: approvals.proposals,
    ...(approvals.lastApproval ? { lastApproval: approvals.lastApproval } : {}),
    dueNext: [
      ...dueNext,
      ...(rollout.due ? [rollout.due] : []),
      ...(failedDrain ? [new Date(failedDrain.nextTime)] : []),
      ...approvals.proposals.map(({ expiresTime }) => new Date(expiresTime)),
    ],
    revoke: [...(deadHolder === 'Approve' ? [] : [...dead.revoke, ...deadElsewhere]), ...granted.revoke],
    ...(endPod ? { endPod } : {}),
    events: [...role.events, ...(drain?.events ?? []), ...switchover.events, ...rollout.events, ...approvals.events],
  };
}

/** The failed rollout, as long as the spec asks for the same template. */
export function stillFailed({ pair, templateHash }: PairFacts): FailedRollout | undefined {
  const failed = pair.status?.failedRollout;
  // While the spec cannot be rendered nobody knows whether it still asks for that template.
  return templateHash === undefined || failed?.templateHash === templateHash ? failed : undefined;
}

function lastGoodOf({ pair, templateHash }: PairFacts, members: Plan['members']): string | undefined {
  const serving = pair.status?.servingTemplateHash;
  return templateHash === undefined ? undefined : lastGood({ members, wished: templateHash, serving });
}

function failedNow(reason: string | undefined, { templateHash, now }: PairFacts): FailedRollout | undefined {
  if (reason === undefined || templateHash === undefined) return undefined;
  return { templateHash, reason, time: now.toISOString() };
}

/** What the granted remedies come to: of the pods to end the first alone, one at a time. */
function grantedActs(granted: readonly Remedy[]): {
  readonly endPod: EndPod | undefined;
  readonly begin: Transition | undefined;
  readonly revoke: readonly RevokeLease[];
} {
  const acts = granted.map(({ act }) => act);
  return {
    endPod: acts.find((act) => act.kind === 'EndPod')?.endPod,
    begin: acts.find((act) => act.kind === 'Begin')?.transition,
    revoke: acts.flatMap((act) => (act.kind === 'RevokeLease' ? [act.revoke] : [])),
  };
}
