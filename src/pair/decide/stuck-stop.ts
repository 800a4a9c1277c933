import type { PairFacts } from '../facts.ts';
import { holderOf, type Member } from './members.ts';
import type { RemedyCandidate } from './remedy.ts';
import { stopOfPod } from './stops.ts';

/** A process that stops in order takes a second at most (2.2.8 to 2.3.5, measured); one that takes this long hangs. */
export const STUCK_STOP_AFTER_MS = 30_000;

/**
 * The process that was told to stop, not by way of its pod, and does not end: it has no session any more, so nobody else
 * waits for it, and it will neither serve nor stand by. Its pod is restarted. Where nobody holds the role only one at a
 * time, each successor given its time.
 */
export function stuckStop({ pair, stops }: PairFacts, members: readonly Member[]): RemedyCandidate | undefined {
  const policy = pair.spec.remediation.zombieStandby;
  const stuck = members.find(
    ({ state, session, pod }) => state === 'Stopping' && !session && pod?.terminating === false,
  );
  const stop = stopOfPod(stuck?.pod, stops);
  if (policy === 'Never' || !stuck?.pod || !stop) return undefined;
  const holder = holderOf(members);
  const isAlone = holder?.state !== 'Active';
  if (isAlone && members.some(({ pod }) => pod?.terminating === true)) return undefined;
  const { name, uid } = stuck.pod;
  const since = stop.seenTime.toISOString();
  return {
    due: new Date(stop.seenTime.getTime() + STUCK_STOP_AFTER_MS),
    remedy: {
      action: 'RestartPod',
      policy,
      podUID: uid,
      reason: 'StuckStop',
      evidence: `${name} serves no more since ${since} (${stop.evidence}), has no session in etcd, and its process has not ended; ${holder?.pod ? `${holder.pod.name} holds the role` : 'nobody holds the role'}`,
      risk: 'the pod is deleted in order; its process could neither serve nor take over',
      act: {
        kind: 'EndPod',
        endPod: {
          podName: name,
          podUID: uid,
          holderServerID: holder?.session?.serverID,
          unregistered: { containerID: stop.containerID, ready: false },
          why: 'it was told to stop, has no session, and does not end',
          event: {
            type: 'Warning',
            reason: 'StuckProcessRestarted',
            action: 'RestartPod',
            note: `${name} was told to stop and did not end: it served no more since ${since} and had no session, so its pod was restarted`,
            key: `stuck-stop-${uid}`,
          },
        },
      },
    },
  };
}
