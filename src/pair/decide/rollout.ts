import type { Transition } from '../../api/coordinator-pair.ts';
import type { PodView } from '../pod-view.ts';
import type { EndPod } from './disruption.ts';
import type { EventDraft } from './event-draft.ts';
import { holderOf, standbyOf, type Member } from './members.ts';

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
}

/**
 * Brings both pods to the wished template: the standby first, then one change of ACTIVE. Each step is read from the
 * world, so a rollout that an operator left half done, or a spec changed in the middle, simply goes on from where it is.
 */
export function decideRollout(context: RolloutContext): RolloutDecision {
  const { transition, mayAct, templateHash, liveTemplateHash, members } = context;
  const rolling = transition?.type === 'Rollout';
  const outdated = members.flatMap(({ pod }) => (pod && pod.templateHash !== templateHash ? [pod] : []));
  if (transition && !rolling && (outdated.length === 0 || !isOutage(context))) return keep(transition);
  if (!mayAct || templateHash === undefined || liveTemplateHash !== templateHash) return keep(transition);
  const standby = standbyOf(members);
  if (outdated.length === 0 && (standby ?? !rolling)) return rolling ? completed(context) : keep(undefined);
  return step(context, outdated);
}

/** A failover without anybody to take over: pods of the wished template may be what ends it, and nothing can be lost. */
function isOutage({ transition, members }: RolloutContext): boolean {
  return transition?.type === 'Failover' && !members.some(({ session }) => session !== undefined);
}

function keep(transition: Transition | undefined): RolloutDecision {
  return { ...(transition ? { transition } : {}), events: [] };
}

function step(context: RolloutContext, outdated: readonly PodView[]): RolloutDecision {
  const { members, templateHash } = context;
  const holder = holderOf(members);
  const standby = standbyOf(members);
  if (outdated.length === 0) return at(context, 'AwaitingStandby', holder);
  if (!holder) return replaceUnregistered(context, outdated);
  const other = outdated.find((pod) => pod.name !== holder.pod?.name);
  if (other) return at(context, 'ReplacingStandby', holder, holder.state === 'Active' ? other : undefined);
  const ready = standby?.pod.templateHash === templateHash && holder.pod !== undefined;
  return ready ? at(context, 'MovingActive', holder, holder.pod) : at(context, 'ReplacingStandby', holder);
}

/**
 * Nobody holds the role. While a registered member is about to take it, wait; pods of an old template that never
 * registered (a first image that does not start) are replaced.
 */
function replaceUnregistered(context: RolloutContext, outdated: readonly PodView[]): RolloutDecision {
  // Unknown counts: the pod whose address is not reported yet may be the one that is about to take the role.
  const registered = context.members.some(({ session, state }) => session !== undefined && state !== 'Gone');
  if (registered) return keep(context.transition);
  return at(
    context,
    'ReplacingStandby',
    undefined,
    outdated.find(({ terminating }) => !terminating),
  );
}

/** Records the step first; the act follows at the next look, when the record is stored. */
function at(
  { transition, now }: RolloutContext,
  step: RolloutStep,
  holder: Member | undefined,
  victim?: PodView,
): RolloutDecision {
  const from = holder?.pod?.name;
  if (transition?.step !== step || transition.from !== from) {
    const started: Transition = {
      type: 'Rollout',
      ...(from === undefined ? {} : { from }),
      reason: 'TemplateChanged',
      step,
      startTime: now.toISOString(),
      deadlineTime: new Date(
        now.getTime() + (step === 'MovingActive' ? MOVE_DEADLINE_MS : STANDBY_DEADLINE_MS),
      ).toISOString(),
    };
    return { transition: started, events: transition?.type === 'Rollout' ? [] : [startedEvent(now)] };
  }
  const stalled = now.getTime() > Date.parse(transition.deadlineTime) ? { stalledAt: step } : {};
  if (!victim || victim.terminating) return { transition, ...stalled, events: [] };
  return {
    transition,
    ...stalled,
    endPod: {
      podName: victim.name,
      podUID: victim.uid,
      holderServerID: holder?.session?.serverID,
      why: `rollout, ${step}`,
    },
    events: [],
  };
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

function completed({ transition }: RolloutContext): RolloutDecision {
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
