import type { HistoryEntry, LastFailover, LastSwitchover, RoleStatus, Transition } from '../../api/coordinator-pair.ts';
import type { PairFacts } from '../facts.ts';
import { activeChange } from './active-change.ts';
import { decideDeadSessions, type RevokeLease } from './dead-sessions.ts';
import type { EndPod } from './disruption.ts';
import { decideDrain } from './drain.ts';
import type { EventDraft } from './event-draft.ts';
import { flappingUntil } from './flapping.ts';
import { ASSUMED_TTL_SECONDS, templateHashOf, type Plan } from './plan.ts';
import { decideRollout } from './rollout.ts';
import { askedToken, decideSwitchover } from './switchover.ts';
import { zombieToRestart } from './zombies.ts';

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
  readonly revoke: readonly RevokeLease[];
  readonly endPod?: EndPod;
  readonly events: readonly EventDraft[];
}

/**
 * The change of ACTIVE first, then a node that is being emptied, then what was asked for, then the rollout, then a
 * zombie: each sees the lock the one before left. Only called while etcd is known.
 */
export function roleChanges(facts: PairFacts, { members, mayAct }: Plan): RoleChanges {
  const { pair, now, etcd, templateHash } = facts;
  const previous = pair.status;
  const ttlSeconds = (etcd.state === 'Known' ? etcd.grantedTTLSeconds : undefined) ?? ASSUMED_TTL_SECONDS;
  const stopped = pair.spec.runState === 'Stopped';
  const role = activeChange(members, previous, { now, ttlSeconds, stopped, deaths: facts.deaths });
  const history = [...(role.completed ? [role.completed] : []), ...(previous?.history ?? [])];
  const flapping = flappingUntil(history, now);
  const mayMove = mayAct && !stopped && flapping === undefined;
  const drain = mayMove && !role.transition ? decideDrain(facts, members) : undefined;
  const locked = drain?.transition ?? role.transition;
  const token = askedToken(pair);
  const switchover = decideSwitchover({
    now,
    members,
    mayAct: mayMove,
    ...(templateHash === undefined ? {} : { templateHash }),
    ...(token === undefined ? {} : { token }),
    ...(previous ? { previous } : {}),
    ...(locked ? { transition: locked } : {}),
    olderLayout: etcd.state === 'Known' ? etcd.sessions.olderLayout : [],
  });
  const liveTemplateHash = templateHashOf(facts.children.find(({ desired }) => desired.kind === 'StatefulSet')?.live);
  const rollout = decideRollout({
    now,
    members,
    mayAct: mayMove && pair.spec.rollout.policy === 'Automatic',
    ...(templateHash === undefined ? {} : { templateHash }),
    ...(liveTemplateHash === undefined ? {} : { liveTemplateHash }),
    ...(switchover.transition ? { transition: switchover.transition } : {}),
  });
  const zombie = mayMove && !rollout.transition ? zombieToRestart(facts, members) : undefined;
  const dead = mayAct ? decideDeadSessions(facts, members) : { revoke: [] };
  const lastSwitchover = switchover.record ?? previous?.lastSwitchover;
  // A move that this very look starts is acted on at the next, when the status holds it.
  const endPod = drain ? undefined : (switchover.endPod ?? rollout.endPod ?? zombie);
  return {
    ...(role.active ? { active: role.active } : {}),
    ...(rollout.transition ? { transition: rollout.transition } : {}),
    ...(role.lastFailover ? { lastFailover: role.lastFailover } : {}),
    ...(lastSwitchover ? { lastSwitchover } : {}),
    ...(role.completed ? { completed: role.completed } : {}),
    ...(rollout.stalledAt === undefined ? {} : { stalledAt: rollout.stalledAt }),
    ...(flapping ? { flappingUntil: flapping } : {}),
    ...(dead.waitingBecause === undefined ? {} : { waitingBecause: dead.waitingBecause }),
    revoke: dead.revoke,
    ...(endPod ? { endPod } : {}),
    events: [...role.events, ...(drain?.events ?? []), ...switchover.events, ...rollout.events],
  };
}
