import type { CoordinatorPairSpec, Transition } from '../../api/coordinator-pair.ts';
import type { PodView } from '../pod-view.ts';
import type { EndPod } from './disruption.ts';
import type { EventDraft } from './event-draft.ts';
import { holderOf, standbyOf, type Member, type RegisteredMember } from './members.ts';
import type { Remedy } from './remedy.ts';
import { failureOf, hopelessFrom } from './rollout-failure.ts';

/** A replaced standby that has not registered by then stops the rollout, the ACTIVE untouched. */
export const STANDBY_DEADLINE_MS = 600_000;
/** Time for the old ACTIVE to give up the role: Milvus' own stop plus the pod's grace. */
const MOVE_DEADLINE_MS = 120_000;

/** The steps of a rollout, in order. */
type RolloutStep = 'ReplacingStandby' | 'MovingActive' | 'AwaitingStandby';

/** What a rollout does next. */
export interface RolloutDecision {
  readonly transition?: Transition;
  readonly endPod?: EndPod;
  /** The step whose deadline is over: the rollout waits for a person, and goes on by itself when its cause is gone. */
  readonly stalledAt?: string;
  /** What was seen of a renewed pod that does not come up: the rollout is given up, and the last good template put back. */
  readonly failed?: string;
  /** The move that waits for approval. */
  readonly remedy?: Remedy;
  /** When a pod that does not come up is given up on. */
  readonly due?: Date;
  readonly events: readonly EventDraft[];
}

/** The world a rollout is decided in. */
export interface RolloutContext {
  readonly now: Date;
  readonly members: readonly Member[];
  /** Hash of the template that pods should be made from. */
  readonly templateHash?: string;
  /** Template hash of the live StatefulSet: new pods will be made from it. */
  readonly liveTemplateHash?: string;
  readonly transition?: Transition;
  readonly mayAct: boolean;
  readonly policy: CoordinatorPairSpec['rollout']['policy'];
  /** The image that the spec asks for, for people. */
  readonly image?: string;
  /** The template to go back to when this one does not come up; absent: there is none. */
  readonly lastGood?: string;
  /** This is the way back: nobody is told of it as of a rollout, and nobody has to approve. */
  readonly puttingBack?: boolean;
}

/**
 * Brings both pods to the wished template: the standby first, then one change of ACTIVE. Each step is read from the
 * world, so a rollout that an operator left half done, or a spec changed in the middle, simply goes on from where it is.
 */
export function decideRollout(context: RolloutContext): RolloutDecision {
  const { transition, mayAct, templateHash, members, policy } = context;
  const rolling = transition?.type === 'Rollout';
  const outdated = members.flatMap(({ pod }) => (pod && pod.templateHash !== templateHash ? [pod] : []));
  if (transition && !rolling && (outdated.length === 0 || !isOutage(context))) return keep(transition);
  if (policy === 'Paused') return rolling ? paused(context, transition, outdated) : keep(transition);
  if (!mayAct || templateHash === undefined) return keep(transition);
  if (outdated.length === 0 && (!rolling || isComplete(members))) return rolling ? completed(context) : keep(undefined);
  return step(context, outdated);
}

/** Both processes are there. A registered standby that has not taken a free role yet is about to: that change is told first. */
function isComplete(members: readonly Member[]): boolean {
  return presentHolder(members) !== undefined && standbyOf(members) !== undefined;
}

/**
 * Who holds the role and is there. What is left in etcd of an ACTIVE that was ended holds it as well, until its lease ends: no pod
 * accounts for that.
 */
function presentHolder(members: readonly Member[]): Member | undefined {
  const holder = holderOf(members);
  return holder?.pod !== undefined || holder?.state === 'Foreign' ? holder : undefined;
}

/** A failover without anybody to take over: pods of the wished template may be what ends it, and nothing can be lost. */
function isOutage({ transition, members }: RolloutContext): boolean {
  return transition?.type === 'Failover' && !members.some(({ session }) => session !== undefined);
}

function keep(transition: Transition | undefined): RolloutDecision {
  return { ...(transition ? { transition } : {}), events: [] };
}

/**
 * No pod is ended any more. What was told to end before is followed until both processes are there again, or its going
 * would look like a loss; a pod that is to give up the role may have been told and not show it yet.
 */
function paused(context: RolloutContext, transition: Transition, outdated: readonly PodView[]): RolloutDecision {
  const { now, members } = context;
  const late = now.getTime() > Date.parse(transition.deadlineTime);
  const holder = holderOf(members)?.pod;
  if (!holder || holder.terminating || !standbyOf(members))
    return { ...keep(transition), ...(late ? { stalledAt: transition.step } : {}) };
  if (outdated.length === 0) return completed(context);
  const moving = transition.step === 'MovingActive' && holder.name === transition.from && !late;
  return keep(moving ? transition : undefined);
}

function step(context: RolloutContext, outdated: readonly PodView[]): RolloutDecision {
  const { members, templateHash } = context;
  const holder = presentHolder(members);
  const standby = standbyOf(members);
  if (!holder) return holderOf(members) ? keep(context.transition) : replaceUnregistered(context, outdated);
  if (outdated.length === 0) return at(context, 'AwaitingStandby', holder);
  const other = outdated.find((pod) => pod.name !== holder.pod?.name);
  if (other) return at(context, 'ReplacingStandby', holder, holder.state === 'Active' ? other : undefined);
  if (!standby || standby.pod.templateHash !== templateHash || !holder.pod)
    return at(context, 'ReplacingStandby', holder);
  return move(context, holder, holder.pod, standby);
}

/** With `Supervised` the lock is open while a person thinks: failovers, drains and switchovers go on as ever. */
function move(context: RolloutContext, holder: Member, active: PodView, standby: RegisteredMember): RolloutDecision {
  const begun = at(context, 'MovingActive', holder, active);
  const moving = context.transition?.step === 'MovingActive' && begun.transition === context.transition;
  if (context.policy !== 'Supervised' || context.puttingBack || moving || !begun.transition) return begun;
  if (holder.state !== 'Active') return keep(undefined);
  return {
    remedy: {
      action: 'MoveActive',
      policy: 'Approve',
      podUID: active.uid,
      reason: 'RolloutReady',
      evidence: `${standby.pod.name} was renewed${withImage(context.image)} and is registered; ${active.name} is ACTIVE and was made from the template before${withImage(active.container.image)}`,
      risk: `${active.name} is deleted in order: the role moves to ${standby.pod.name}, and nobody serves until that has loaded its metadata`,
      act: { kind: 'Begin', transition: begun.transition },
    },
    events: [],
  };
}

function withImage(image: string | undefined): string {
  return image === undefined ? '' : ` (image ${image})`;
}

/**
 * Nobody holds the role. While a registered member is about to take it, wait; pods of an old template that never
 * registered (a first image that does not start) are replaced.
 */
function replaceUnregistered(context: RolloutContext, outdated: readonly PodView[]): RolloutDecision {
  // Unknown counts: the pod whose address is not reported yet may be the one that is about to take the role.
  const registered = context.members.some(({ session, state }) => session !== undefined && state !== 'Gone');
  if (registered) return keep(context.transition);
  const victim = outdated.find(({ terminating }) => !terminating);
  return at(context, 'ReplacingStandby', undefined, victim);
}

/** Records the step first; the act follows at the next look, when the record is stored. */
function at(context: RolloutContext, step: RolloutStep, holder: Member | undefined, victim?: PodView): RolloutDecision {
  const { transition, now, members, templateHash = '' } = context;
  // A rollout that loses its ACTIVE on the way still names it: that pod may come back and be ACTIVE again.
  const lost = holder || transition?.type !== 'Rollout' ? undefined : transition.from;
  const from = holder?.pod?.name ?? lost;
  if (transition?.step !== step || transition.from !== from || transition.templateHash !== templateHash)
    return begin(context, step, from);
  const late = now.getTime() > Date.parse(transition.deadlineTime);
  const hopelessAt = step === 'ReplacingStandby' ? hopelessFrom(members, templateHash) : undefined;
  const failed = step === 'ReplacingStandby' && (late || (hopelessAt && now >= hopelessAt));
  if (failed && context.lastGood !== undefined) return { failed: failureOf(members, templateHash), events: [] };
  const common = {
    transition,
    ...(hopelessAt ? { due: hopelessAt } : {}),
    ...(late ? { stalledAt: step } : {}),
    events: [],
  };
  if (!victim || victim.terminating || context.liveTemplateHash !== templateHash) return common;
  const successor = victim === holder?.pod ? standbyOf(members)?.session : undefined;
  return {
    ...common,
    endPod: {
      podName: victim.name,
      podUID: victim.uid,
      holderServerID: holder?.session?.serverID,
      ...(successor ? { successor } : {}),
      why: `rollout, ${step}`,
    },
  };
}

function begin(
  { transition, now, templateHash = '', puttingBack = false }: RolloutContext,
  step: RolloutStep,
  from: string | undefined,
): RolloutDecision {
  const deadlineMs = now.getTime() + (step === 'MovingActive' ? MOVE_DEADLINE_MS : STANDBY_DEADLINE_MS);
  const started: Transition = {
    type: 'Rollout',
    ...(from === undefined ? {} : { from }),
    reason: puttingBack ? 'PuttingBack' : 'TemplateChanged',
    step,
    templateHash,
    startTime: now.toISOString(),
    deadlineTime: new Date(deadlineMs).toISOString(),
  };
  const told = transition?.type === 'Rollout' || puttingBack;
  return { transition: started, events: told ? [] : [startedEvent(now)] };
}

function startedEvent(now: Date): EventDraft {
  return {
    type: 'Normal',
    reason: 'RolloutStarted',
    action: 'Rollout',
    note: 'the pod template changed: the standby is replaced first, then the role moves once',
    key: `rollout-started-${now.getTime()}`,
  };
}

function completed({ transition, puttingBack = false }: RolloutContext): RolloutDecision {
  if (puttingBack) return { events: [] };
  return {
    events: [
      {
        type: 'Normal',
        reason: 'RolloutCompleted',
        action: 'Rollout',
        note: 'both pods run the wished template and the standby is registered',
        key: `rollout-completed-${transition?.startTime ?? ''}`,
      },
    ],
  };
}
