import type { FailedDrain, Transition } from '../../api/coordinator-pair.ts';
import type { PairFacts } from '../facts.ts';
import type { EventDraft } from './event-draft.ts';
import { holderOf, standbyOf, type Member } from './members.ts';
import { SWITCHOVER_DEADLINE_MS } from './switchover.ts';

/** Why such a move begins. */
const NODE_LEAVING = 'NodeLeaving';

/** How long after a failed move off a node the next one is tried: what stood in its way seldom goes by itself. */
const RETRY_AFTER_MS = 600_000;

/** A planned move that a node's drain asks for. */
export interface DrainDecision {
  readonly transition: Transition;
  readonly events: readonly EventDraft[];
}

/**
 * Moves the role away from a node that is being emptied, before anyone evicts the pod: when the ACTIVE's node is
 * cordoned or marked by an autoscaler, and the standby is registered on a node that is not. Once a cordon: afterwards
 * the ACTIVE is elsewhere. An eviction that comes first is a move in order too. After a failure there is a pause.
 */
export function decideDrain(facts: PairFacts, members: readonly Member[]): DrainDecision | undefined {
  const { nodes, now } = facts;
  const holder = holderOf(members);
  const standby = standbyOf(members);
  if (holder?.state !== 'Active' || !holder.pod || !standby) return undefined;
  const from = nodes.get(holder.pod.nodeName ?? '');
  const to = nodes.get(standby.pod.nodeName ?? '');
  if (!from?.leaving || !to || to.leaving || !to.ready) return undefined;
  const failed = lastingFailure(facts, members);
  if (failed && now.getTime() < Date.parse(failed.nextTime)) return undefined;
  return {
    transition: {
      type: 'Switchover',
      from: holder.pod.name,
      to: standby.pod.name,
      reason: NODE_LEAVING,
      step: 'MovingActive',
      startTime: now.toISOString(),
      deadlineTime: new Date(now.getTime() + SWITCHOVER_DEADLINE_MS).toISOString(),
    },
    events: [
      {
        type: 'Normal',
        reason: 'DrainStarted',
        action: 'MoveActive',
        note: `node ${from.name} is being emptied: moving the role from ${holder.pod.name} to ${standby.pod.name}`,
        key: `drain-${holder.session?.serverID ?? ''}`,
      },
    ],
  };
}

/** The failed attempt, while the pod that kept the role still has it on a node that is still being emptied. */
export function lastingFailure({ pair, nodes }: PairFacts, members: readonly Member[]): FailedDrain | undefined {
  const failed = pair.status?.failedDrain;
  const holder = holderOf(members)?.pod;
  const stands = failed && holder?.name === failed.podName && holder.nodeName === failed.nodeName;
  return stands && nodes.get(failed.nodeName)?.leaving ? failed : undefined;
}

/** What is remembered of a move off a node that was given up. */
export function failureOfDrain(
  given: Transition | undefined,
  members: readonly Member[],
  now: Date,
): FailedDrain | undefined {
  const holder = holderOf(members)?.pod;
  if (given?.reason !== NODE_LEAVING || holder?.nodeName === undefined) return undefined;
  return {
    podName: holder.name,
    nodeName: holder.nodeName,
    time: now.toISOString(),
    nextTime: new Date(now.getTime() + RETRY_AFTER_MS).toISOString(),
  };
}
