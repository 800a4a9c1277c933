import type { PairFacts } from '../facts.ts';
import type { RevokeLease } from './dead-sessions.ts';
import type { EndPod } from './disruption.ts';
import { lostNode } from './lost-node.ts';
import { holderOf, type Member } from './members.ts';
import { noActive } from './no-active.ts';
import type { Remedy } from './remedy.ts';
import { stuckStop } from './stuck-stop.ts';
import { stuckHolder } from './stuck-holder.ts';
import { zombieToRestart } from './zombies.ts';

/** What is called for now, and when the next of what is seen will call for something. */
export interface Remedies {
  readonly remedies: readonly Remedy[];
  readonly dueNext: readonly Date[];
}

/** What is decided elsewhere and may need approval all the same. */
export interface RemedyContext {
  /** A change is under way that is no failover: nothing else is touched but what keeps it from ending. */
  readonly planned: boolean;
  readonly failingOver: boolean;
  /** Whether what is not urgent may be touched: it waits while ACTIVE changes too often. */
  readonly voluntary: boolean;
  /** Leases of dead holders, with what proves it. */
  readonly deadHolders: readonly RevokeLease[];
  /** The next step of a rollout that waits. */
  readonly rollout: Remedy | undefined;
}

/**
 * Everything the operator would cure, in order of urgency. What finishes a deletion that has begun goes on whatever
 * else is under way; the rest waits for planned changes.
 */
export function remediesOf(facts: PairFacts, members: readonly Member[], context: RemedyContext): Remedies {
  const { planned, failingOver, voluntary, deadHolders, rollout } = context;
  const { deadHolder, zombieStandby } = facts.pair.spec.remediation;
  const candidates = [
    stuckHolder(facts, members),
    lostNode(facts, members),
    planned ? undefined : noActive(facts, members),
    planned || (!voluntary && holderOf(members)) ? undefined : stuckStop(facts, members),
  ].filter((candidate) => candidate !== undefined);
  const zombie = planned || failingOver || !voluntary ? undefined : zombieToRestart(facts, members);
  return {
    remedies: [
      ...(deadHolder === 'Never' ? [] : deadHolders.map((dead) => revokeRemedy(dead, deadHolder))),
      ...candidates.filter(({ due }) => due <= facts.now).map(({ remedy }) => remedy),
      ...(zombie && zombieStandby !== 'Never' ? [zombieRemedy(zombie, zombieStandby)] : []),
      ...(rollout ? [rollout] : []),
    ],
    dueNext: candidates.map(({ due }) => due),
  };
}

function revokeRemedy(revoke: RevokeLease, policy: Remedy['policy']): Remedy {
  const { session, evidence, successor } = revoke;
  const who = `${session.hostName ?? session.address} (server ID ${session.serverID})`;
  return {
    action: 'RevokeLease',
    policy,
    podUID: successor?.pod.uid ?? '',
    reason: 'DeadHolder',
    evidence: `${who} holds the role and is dead: ${evidence}; ${successor?.pod.name ?? 'nobody'} is registered to take over`,
    risk: 'none while the proof holds: a lease is never used again',
    act: { kind: 'RevokeLease', revoke },
  };
}

function zombieRemedy(endPod: EndPod, policy: Remedy['policy']): Remedy {
  return {
    action: 'RestartPod',
    policy,
    podUID: endPod.podUID,
    reason: 'ZombieStandby',
    evidence: `${endPod.podName} looks ready and has no session in etcd, while another pod of the pair is ACTIVE`,
    risk: 'the pod is deleted in order; it could not take over',
    act: { kind: 'EndPod', endPod },
  };
}
