import type { CoordinatorPairStatus } from '../../api/coordinator-pair.ts';
import { mergeConditions } from '../../api/conditions.ts';
import { podSelectorText } from '../../api/names.ts';
import type { PairFacts } from '../facts.ts';
import { askedApproval, ignoredApproval } from './approvals.ts';
import type { Assessment } from './conditions/assessment.ts';
import { judges } from './conditions/index.ts';
import type { EndPod } from './disruption.ts';
import { unsteadyUntil } from './etcd-blame.ts';
import type { EventDraft } from './event-draft.ts';
import { foreseen } from './foreseen.ts';
import { lastActive } from './last-active.ts';
import { holderOf, standbyOf } from './members.ts';
import { noTakeover } from './no-takeover.ts';
import { otherRoleStatus } from './other-role-status.ts';
import type { RevokeLease } from './dead-sessions.ts';
import type { Plan } from './plan.ts';
import { restartRecord } from './restart-record.ts';
import { roleChanges, stillFailed, type RoleChanges } from './role-changes.ts';
import { flagEffective, rolesKnown } from './role-sessions.ts';
import { stopOf } from './run-state.ts';
import { stateEvents } from './state-events.ts';
import { memberStatuses, standbyReference } from './status-parts.ts';
import { stopsDue } from './stops.ts';
import { summaryOf } from './summary.ts';
import { askedToken, ignoredToken } from './switchover.ts';
import { selectorText } from '../workload-view.ts';

/** How many changes the history keeps. */
const HISTORY_LENGTH = 10;

/** What the pair's state means: what to report, whom to tell, and the one disruptive act, if any. */
export interface Judgement {
  readonly status: CoordinatorPairStatus;
  readonly events: readonly EventDraft[];
  /** Only when the stored status already holds the transition that it belongs to. */
  readonly endPod?: EndPod;
  /** Leases of processes that are proven dead. */
  readonly revoke: readonly RevokeLease[];
  /** When the judgement turns by the clock alone. */
  readonly turnsAt?: Date;
}

/** Judges a pair after labels and children were brought in order. Pure: same facts, same judgement. */
export function judge(facts: PairFacts, plan: Plan): Judgement {
  const previous = facts.pair.status;
  const known = rolesKnown(facts.etcd);
  const changes = known ? roleChanges(facts, plan) : keptChanges(facts);
  const roles = known ? rolesOf(facts, plan, changes.active) : keptRoles(previous);
  const last = known && stopOf(facts.pair) ? undefined : lastActive(previous, roles.active, facts.now);
  const assessment: Assessment = {
    facts,
    members: plan.members,
    otherRoles: plan.otherRoles,
    foreignChildren: plan.foreignChildren,
    ...(changes.transition ? { transition: changes.transition } : {}),
    ...(last ? { lastActive: last } : {}),
    ...(changes.stalledAt === undefined ? {} : { rolloutStalledAt: changes.stalledAt }),
    ...(changes.flappingUntil ? { flappingUntil: changes.flappingUntil } : {}),
    ...(changes.waitingBecause === undefined ? {} : { waitingBecause: changes.waitingBecause }),
    ...(changes.failedRollout ? { failedRollout: changes.failedRollout } : {}),
    ...(changes.lastApproval ? { lastApproval: changes.lastApproval } : {}),
    proposals: changes.proposals,
  };
  const findings = judges.flatMap((judgeOne) => judgeOne(assessment) ?? []);
  const generation = facts.pair.metadata.generation;
  const conditions = mergeConditions(previous?.conditions ?? [], findings, facts.now.toISOString(), generation);
  const { lastSwitchover, lastApproval, failedRollout, failedDrain, proposals } = changes;
  const restarted = restartRecord(facts, plan, { transition: changes.transition, failed: failedRollout });
  const restartToken = facts.restart?.token;
  const serving = servingTemplate(plan.members) ?? previous?.servingTemplateHash;
  const history = [...(changes.completed ? [changes.completed] : []), ...(previous?.history ?? [])];
  const lastFailover = changes.lastFailover ?? previous?.lastFailover;
  const reported: CoordinatorPairStatus = {
    observedGeneration: generation,
    summary: summaryOf(assessment),
    ...roles,
    ...(last ? { lastActive: last } : {}),
    conditions,
    ...(changes.transition ? { transition: changes.transition } : {}),
    ...(lastFailover ? { lastFailover } : {}),
    ...(lastSwitchover ? { lastSwitchover } : {}),
    ...(restarted.record ? { lastRestart: restarted.record } : {}),
    ...(restartToken === undefined ? {} : { restartToken }),
    ...(failedRollout ? { failedRollout } : {}),
    ...(failedDrain ? { failedDrain } : {}),
    ...(serving === undefined ? {} : { servingTemplateHash: serving }),
    ...(proposals.length > 0 ? { proposals: [...proposals] } : {}),
    ...(lastApproval ? { lastApproval } : {}),
    ...(history.length > 0 ? { history: history.slice(0, HISTORY_LENGTH) } : {}),
    selector: selectorOf(facts),
  };
  const plannedActs = facts.pair.spec.mode === 'Managed' ? [] : foreseen(facts, reported, judge);
  const status = plannedActs.length > 0 ? { ...reported, plan: plannedActs } : reported;
  return {
    status,
    events: [...changes.events, ...restarted.events, ...stateEvents(facts.pair, status)],
    revoke: changes.revoke,
    ...(changes.endPod ? { endPod: changes.endPod } : {}),
    ...turnsAt(
      [
        changes.flappingUntil,
        unsteadyUntil(facts),
        noTakeover(facts, plan.members)?.due,
        ...stopsDue(facts.probes),
        ...changes.dueNext,
      ],
      facts.now,
    ),
  };
}

function servingTemplate(members: Plan['members']): string | undefined {
  return members.find(({ state }) => state === 'Active')?.pod?.templateHash;
}

function selectorOf({ pair, workload }: PairFacts): string {
  return workload?.view.selector ? selectorText(workload.view.selector) : podSelectorText(pair.metadata.name);
}

/** The first of these moments that is still to come. */
function turnsAt(moments: readonly (Date | undefined)[], now: Date): Pick<Judgement, 'turnsAt'> {
  const coming = moments.flatMap((moment) => (moment && moment > now ? moment.getTime() : []));
  return coming.length === 0 ? {} : { turnsAt: new Date(Math.min(...coming)) };
}

/** The parts of a status that etcd alone can tell. */
type Roles = Pick<CoordinatorPairStatus, 'active' | 'standby' | 'members' | 'session' | 'nodes' | 'roles' | 'split'>;

/** Blind: what was last seen stays as it was, and nothing goes on. */
function keptRoles(previous: CoordinatorPairStatus | undefined): Roles {
  const { active, standby, members, session, nodes, roles, split } = previous ?? {};
  return {
    ...(active ? { active } : {}),
    ...(standby ? { standby } : {}),
    ...(members ? { members } : {}),
    ...(session ? { session } : {}),
    ...(nodes ? { nodes } : {}),
    ...(roles ? { roles } : {}),
    ...(split === undefined ? {} : { split }),
  };
}

function keptChanges(facts: PairFacts): RoleChanges {
  const { pair, now } = facts;
  const { status } = pair;
  const { transition } = status ?? {};
  const lastSwitchover = ignoredToken(askedToken(pair), status, now) ?? status?.lastSwitchover;
  const lastApproval = ignoredApproval(askedApproval(pair), status, now) ?? status?.lastApproval;
  const failedRollout = stillFailed(facts);
  const { failedDrain } = status ?? {};
  return {
    ...(transition ? { transition } : {}),
    ...(lastSwitchover ? { lastSwitchover } : {}),
    ...(failedRollout ? { failedRollout } : {}),
    ...(failedDrain ? { failedDrain } : {}),
    ...(lastApproval ? { lastApproval } : {}),
    proposals: status?.proposals ?? [],
    dueNext: [],
    revoke: [],
    events: [],
  };
}

function rolesOf(facts: PairFacts, { members, otherRoles }: Plan, active: Roles['active']): Roles {
  const { etcd, pair, now } = facts;
  if (etcd.state !== 'Known') return {};
  const standby = standbyReference(standbyOf(members), pair.status?.standby, now);
  const holder = holderOf(members);
  const effective = flagEffective(etcd.sessions);
  const grantedTTLSeconds = etcd.grantedTTLSeconds ?? pair.status?.session?.grantedTTLSeconds;
  const nodes = [active?.nodeName, standby?.nodeName].filter((name) => name !== undefined).join(',');
  return {
    ...(active ? { active } : {}),
    ...(standby ? { standby } : {}),
    members: memberStatuses(members, facts, pair.status?.members),
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
    ...otherRoleStatus(facts, active, members, otherRoles),
  };
}
