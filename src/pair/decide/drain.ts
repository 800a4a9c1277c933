import type { Transition } from '../../api/coordinator-pair.ts';
import type { PairFacts } from '../facts.ts';
import type { EventDraft } from './event-draft.ts';
import { holderOf, standbyOf, type Member } from './members.ts';
import { SWITCHOVER_DEADLINE_MS } from './switchover.ts';

/** A planned move that a node's drain asks for. */
export interface DrainDecision {
  readonly transition: Transition;
  readonly events: readonly EventDraft[];
}

/**
 * Moves the role away from a node that is being emptied, before anyone evicts the pod: when the ACTIVE's node is
 * cordoned or marked by an autoscaler, and the standby is registered on a node that is not. Once a cordon: afterwards
 * the ACTIVE is elsewhere. An eviction that comes first is a move in order too.
 */
export function decideDrain({ nodes, now }: PairFacts, members: readonly Member[]): DrainDecision | undefined {
  const holder = holderOf(members);
  const standby = standbyOf(members);
  if (holder?.state !== 'Active' || !holder.pod || !standby) return undefined;
  const from = nodes.get(holder.pod.nodeName ?? '');
  const to = nodes.get(standby.pod.nodeName ?? '');
  if (!from?.leaving || !to || to.leaving || !to.ready) return undefined;
  return {
    transition: {
      type: 'Switchover',
      from: holder.pod.name,
      to: standby.pod.name,
      reason: 'NodeLeaving',
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
