import type { Transition } from '../../../../src/api/coordinator-pair.ts';
import { memberStates } from '../../../../src/pair/decide/members.ts';
import type { RoleSessions } from '../../../../src/pair/decide/role-sessions.ts';
import { decideRollout, type RolloutContext } from '../../../../src/pair/decide/rollout.ts';
import type { PodView } from '../../../../src/pair/pod-view.ts';
import { aPod } from './pods.ts';
import { aSession, heldBy } from './sessions.ts';
import { isoAfter, NOW } from './time.ts';

/** A pod of the wished template. */
export const newPod = (name: string) => aPod(name, { templateHash: 'new', uid: `new-uid-of-${name}` });
/** A pod of the template before it. */
export const oldPod = (name: string) => aPod(name, { templateHash: 'old' });
/** rootcoord-0 is ACTIVE as server 7, rootcoord-1 stands by as server 8. */
export const held = heldBy(aSession(7n), aSession(8n, 'rootcoord-1'));
/** rootcoord-0 alone is registered. */
export const alone = heldBy(aSession(7n));
export const nobody = heldBy(undefined);

/** A rollout at this step, begun some seconds ago. */
export const at = (step: string, from?: string, secondsAgo = 5): Transition => ({
  type: 'Rollout',
  ...(from === undefined ? {} : { from }),
  reason: 'TemplateChanged',
  step,
  templateHash: 'new',
  startTime: isoAfter(-secondsAgo),
  deadlineTime: isoAfter(600 - secondsAgo),
});

/** What is decided for these pods under this transition; pods are wished and made from the template `new`. */
export function decide(
  sessions: RoleSessions,
  pods: readonly PodView[],
  transition?: Transition,
  changes: Partial<RolloutContext> = {},
) {
  const members = memberStates(sessions, pods, { now: NOW, ttlSeconds: 30 });
  const decision = decideRollout({
    now: NOW,
    members,
    templateHash: 'new',
    liveTemplateHash: 'new',
    mayAct: true,
    policy: 'Automatic',
    ...(transition ? { transition } : {}),
    ...changes,
  });
  return {
    ...decision,
    step: decision.transition?.step,
    ends: decision.endPod?.podUID,
    told: decision.events.map(({ reason }) => reason),
  };
}
