import { lostEtcd } from '../etcd-blame.ts';
import { cutOff, WORKS_ON_FOR } from '../cut-off.ts';
import { standbyOf, type Member } from '../members.ts';
import { howItEnded, whyNotStarted } from '../not-started.ts';
import { stopMessage } from '../stop-message.ts';
import { rolesWithoutStandby } from '../other-roles.ts';
import { blind, stopped, type Assessment, type Finding } from './assessment.ts';

const type = 'StandbyReady';

/** Whether a second process is registered in etcd and would take over. Its pod's readiness says nothing about that. */
export function standbyReady(assessment: Assessment): Finding<typeof type> {
  const unknown = blind(assessment);
  if (unknown) return { type, ...unknown };
  const { members, otherRoles } = assessment;
  const standby = standbyOf(members);
  const uncovered = standby ? rolesWithoutStandby(otherRoles) : [];
  if (standby && uncovered.length > 0)
    return {
      type,
      status: 'False',
      reason: 'RoleNotRegistered',
      message: `${standby.pod.name} (server ID ${standby.session.serverID}) is registered, but no second process is for ${uncovered.join(', ')}: nobody would take that over`,
    };
  if (standby)
    return {
      type,
      status: 'True',
      reason: 'Registered',
      message: `${standby.pod.name} (server ID ${standby.session.serverID}) is registered and would take over`,
    };
  const stop = stopped(assessment);
  if (stop) return { type, ...stop };
  const [unseen] = members.flatMap(({ pod, session }) => (!session && pod && cutOff(pod, assessment.facts)) || []);
  if (unseen)
    return {
      type,
      status: 'False',
      reason: 'NodeNotReady',
      message: `${unseen.how}, and its process has no session: cut off, it may have worked on for ${WORKS_ON_FOR} after its lease ended; another one starts when its pod is gone, which is proposed after five minutes`,
    };
  const unclear = members.find(({ state, pod, session }) => state === 'Unknown' && pod && !session)?.pod;
  if (unclear)
    return {
      type,
      status: 'Unknown',
      reason: 'NotObserved',
      message: `whether ${unclear.name} is registered is not certain: a registration at another address, or one that its node shares, may be its own; see NoConflict`,
    };
  const zombie = members.find(({ state }) => state === 'Zombie');
  if (zombie?.pod)
    return {
      type,
      status: 'False',
      reason: 'Zombie',
      message: `${zombie.pod.name} looks ready but is not registered in etcd and would never take over; delete the pod to start it again`,
    };
  const stopping = members.find(({ state }) => state === 'Stopping')?.pod;
  const hang = stopMessage(stopping, assessment.facts);
  if (stopping && hang !== undefined)
    return { type, status: 'False', reason: 'Stopping', message: `${stopping.name}: ${hang}` };
  const without = members.find(({ state }) => state === 'Starting')?.pod;
  const blame = without && lostEtcd(without, assessment.facts.etcd);
  if (without && blame !== undefined)
    return {
      type,
      status: 'False',
      reason: 'LostEtcd',
      message: `${without.name} has not registered in etcd again: ${blame}; look at etcd, the pod is left alone`,
    };
  const starting = members.find(({ state }) => state === 'Starting' || state === 'Terminating');
  if (starting?.pod)
    return {
      type,
      status: 'False',
      reason: starting.state === 'Starting' ? 'Starting' : 'Terminating',
      message: startingMessage(starting, starting.pod.name),
    };
  const { creationFailure } = assessment.facts;
  const why = creationFailure === undefined ? '' : `: ${creationFailure}`;
  return { type, status: 'False', reason: 'Missing', message: `no second process is registered in etcd${why}` };
}

function startingMessage({ state, pod }: Member, name: string): string {
  if (state === 'Terminating') return `${name} is being stopped; its successor has not registered yet`;
  const why = pod && (whyNotStarted(pod) ?? howItEnded(pod.container));
  return `${name} has not registered in etcd yet${why === undefined ? '' : `: ${why}`}`;
}
