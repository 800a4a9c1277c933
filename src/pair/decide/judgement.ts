import type { CoordinatorPairStatus } from '../../api/coordinator-pair.ts';
import { mergeConditions } from '../../api/conditions.ts';
import { annotations, podSelectorText } from '../../api/names.ts';
import type { PairFacts } from '../facts.ts';
import { activeChange } from './active-change.ts';
import type { Assessment } from './conditions/assessment.ts';
import { judges } from './conditions/index.ts';
import type { EndPod } from './disruption.ts';
import type { EventDraft } from './event-draft.ts';
import { holderOf, standbyOf } from './members.ts';
import { ASSUMED_TTL_SECONDS, templateHashOf, type Plan } from './plan.ts';
import { flagEffective } from './role-sessions.ts';
import { decideRollout } from './rollout.ts';
import { stateEvents } from './state-events.ts';
import { memberStatuses, standbyReference } from './status-parts.ts';
import { summaryOf } from './summary.ts';
import { decideSwitchover } from './switchover.ts';

/** How many changes the history keeps. */
const HISTORY_LENGTH = 10;

/** What the pair's state means: what to report, whom to tell, and the one disruptive act, if any. */
export interface Judgement {
  readonly status: CoordinatorPairStatus;
  readonly events: readonly EventDraft[];
  /** Only when the stored status already holds the transition that it belongs to. */
  readonly endPod?: EndPod;
}

/** Judges a pair after labels and children were brought in order. Pure: same facts, same judgement. */
export function judge(facts: PairFacts, plan: Plan): Judgement {
  const previous = facts.pair.status;
  const changes = facts.etcd.state === 'Known' ? roleChanges(facts, plan) : keepAsItWas(previous);
  const assessment: Assessment = {
    facts,
    members: plan.members,
    foreignChildren: plan.foreignChildren,
    ...(changes.transition ? { transition: changes.transition } : {}),
    ...(changes.stalledAt === undefined ? {} : { rolloutStalledAt: changes.stalledAt }),
  };
  const findings = judges.flatMap((judgeOne) => judgeOne(assessment) ?? []);
  const generation = facts.pair.metadata.generation;
  const conditions = mergeConditions(previous?.conditions ?? [], findings, facts.now.toISOString(), generation);
  const { lastSwitchover } = changes;
  const history = [...changes.completed, ...(previous?.history ?? [])].slice(0, HISTORY_LENGTH);
  const lastFailover = changes.lastFailover ?? previous?.lastFailover;
  const status: CoordinatorPairStatus = {
    observedGeneration: generation,
    summary: summaryOf(assessment),
    ...changes.roles,
    conditions,
    ...(changes.transition ? { transition: changes.transition } : {}),
    ...(lastFailover ? { lastFailover } : {}),
    ...(lastSwitchover ? { lastSwitchover } : {}),
    ...(history.length > 0 ? { history } : {}),
    selector: podSelectorText(facts.pair.metadata.name),
  };
  return {
    status,
    events: [...changes.events, ...stateEvents(facts.pair, status)],
    ...(changes.endPod ? { endPod: changes.endPod } : {}),
  };
}

/** The parts of a status that etcd alone can tell. */
type Roles = Pick<CoordinatorPairStatus, 'active' | 'standby' | 'members' | 'session' | 'nodes'>;

interface Changes {
  readonly roles: Roles;
  readonly transition?: CoordinatorPairStatus['transition'];
  readonly lastFailover?: CoordinatorPairStatus['lastFailover'];
  readonly lastSwitchover?: CoordinatorPairStatus['lastSwitchover'];
  readonly completed: NonNullable<CoordinatorPairStatus['history']>;
  readonly stalledAt?: string;
  readonly endPod?: EndPod;
  readonly events: readonly EventDraft[];
}

/** Blind: what was last seen stays as it was, and nothing goes on. */
function keepAsItWas(previous: CoordinatorPairStatus | undefined): Changes {
  const { active, standby, members, session, nodes, transition, lastSwitchover } = previous ?? {};
  return {
    roles: {
      ...(active ? { active } : {}),
      ...(standby ? { standby } : {}),
      ...(members ? { members } : {}),
      ...(session ? { session } : {}),
      ...(nodes ? { nodes } : {}),
    },
    ...(transition ? { transition } : {}),
    ...(lastSwitchover ? { lastSwitchover } : {}),
    completed: [],
    events: [],
  };
}

/** The change of ACTIVE first, then what was asked for, then the rollout: each sees the lock the one before left. */
function roleChanges(facts: PairFacts, { members, mayAct }: Plan): Changes {
  const { pair, now, etcd, templateHash } = facts;
  const previous = pair.status;
  const ttlSeconds = (etcd.state === 'Known' ? etcd.grantedTTLSeconds : undefined) ?? ASSUMED_TTL_SECONDS;
  const stopped = pair.spec.runState === 'Stopped';
  const role = activeChange(members, previous, { now, ttlSeconds, stopped });
  const token = pair.metadata.annotations?.[annotations.switchover];
  const switchover = decideSwitchover({
    now,
    members,
    mayAct: mayAct && !stopped,
    ...(templateHash === undefined ? {} : { templateHash }),
    ...(token === undefined ? {} : { token }),
    ...(previous ? { previous } : {}),
    ...(role.transition ? { transition: role.transition } : {}),
  });
  const liveTemplateHash = templateHashOf(facts.children.find(({ desired }) => desired.kind === 'StatefulSet')?.live);
  const rollout = decideRollout({
    now,
    members,
    mayAct: mayAct && !stopped && pair.spec.rollout.policy === 'Automatic',
    ...(templateHash === undefined ? {} : { templateHash }),
    ...(liveTemplateHash === undefined ? {} : { liveTemplateHash }),
    ...(switchover.transition ? { transition: switchover.transition } : {}),
  });
  const lastSwitchover = switchover.record ?? previous?.lastSwitchover;
  const endPod = switchover.endPod ?? rollout.endPod;
  return {
    roles: rolesOf(facts, members, role.active),
    ...(rollout.transition ? { transition: rollout.transition } : {}),
    ...(role.lastFailover ? { lastFailover: role.lastFailover } : {}),
    ...(lastSwitchover ? { lastSwitchover } : {}),
    completed: role.completed ? [role.completed] : [],
    ...(rollout.stalledAt === undefined ? {} : { stalledAt: rollout.stalledAt }),
    ...(endPod ? { endPod } : {}),
    events: [...role.events, ...switchover.events, ...rollout.events],
  };
}

function rolesOf(facts: PairFacts, members: Plan['members'], active: Roles['active']): Roles {
  const { etcd, pair, now, bindings } = facts;
  if (etcd.state !== 'Known') return {};
  const standby = standbyReference(standbyOf(members), pair.status?.standby, now);
  const holder = holderOf(members);
  const effective = flagEffective(etcd.sessions);
  const grantedTTLSeconds = etcd.grantedTTLSeconds ?? pair.status?.session?.grantedTTLSeconds;
  const nodes = [active?.nodeName, standby?.nodeName].filter((name) => name !== undefined).join(',');
  return {
    ...(active ? { active } : {}),
    ...(standby ? { standby } : {}),
    members: memberStatuses(members, bindings),
    ...(holder?.session
      ? {
          session: {
            ...(grantedTTLSeconds === undefined ? {} : { grantedTTLSeconds }),
            ...(effective === undefined ? {} : { flagEffective: effective }),
            version: holder.session.version,
          },
        }
      : {}),
    ...(nodes ? { nodes } : {}),
  };
}
