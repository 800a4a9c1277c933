import type { MemberStatus, RoleStatus } from '../../api/coordinator-pair.ts';
import type { PairFacts } from '../facts.ts';
import type { Binding } from './binding.ts';
import type { ProvenDeath } from './death.ts';
import type { Member } from './members.ts';
import type { Session } from './role-sessions.ts';
import { silenceOf, type SeenSilence } from './silences.ts';
import { stopOfPod, type SeenStop } from './stops.ts';

/** `status.standby`; the time stays as long as the process does. */
export function standbyReference(
  standby: Member | undefined,
  previous: RoleStatus | undefined,
  now: Date,
): RoleStatus | undefined {
  return standby && memberReference(standby, previous, now);
}

/**
 * A process by its pod, node, address and server ID, with the time since when it has been in its role. A process that is
 * none of our pods is told by its address alone, whatever host name it writes.
 */
export function memberReference(
  { session, pod, mayBeOurs }: Member,
  previous: RoleStatus | undefined,
  now: Date,
): RoleStatus {
  const serverID = String(session?.serverID ?? '');
  const podName = pod?.name ?? (mayBeOurs ? session?.hostName : undefined);
  return {
    ...(podName === undefined ? {} : { podName }),
    ...(pod?.nodeName ? { nodeName: pod.nodeName } : {}),
    address: session?.address ?? '',
    serverID,
    sinceTime: previous?.serverID === serverID && previous.sinceTime ? previous.sinceTime : now.toISOString(),
  };
}

/** What the CRD accepts (maxItems). */
const MAX_MEMBERS = 16;

/** `status.members`: every registration and every pod without one. */
export function memberStatuses(
  members: readonly Member[],
  { bindings, deaths, stops, silences }: Pick<PairFacts, 'bindings' | 'deaths' | 'stops' | 'silences'>,
  previous: readonly MemberStatus[] | undefined,
): readonly MemberStatus[] {
  return members.slice(0, MAX_MEMBERS).map((member) => {
    const { state, session, pod } = member;
    const binding = bindings.find(({ serverID, lease }) => serverID === session?.serverID && lease === session.lease);
    const stop = stopOfPod(pod, stops);
    const silence = silenceOf(pod, silences);
    // A session that is bound to the container before keeps that one: its end is the proof.
    const isOfContainer = !binding || binding.containerID === pod?.container.id;
    const death = deaths.find(({ serverID, lease }) => serverID === session?.serverID && lease === session.lease);
    // A registration without a pod keeps the one it was seen with: that tells our dead ACTIVE from a stranger, whatever
    // host name the stranger writes.
    const podName = pod?.name ?? previous?.find((known) => isOf(known, session))?.podName;
    const nodeName = binding?.nodeName ?? pod?.nodeName;
    return {
      state,
      ...(podName === undefined ? {} : { podName }),
      ...(nodeName === undefined ? {} : { nodeName }),
      ...(session
        ? {
            serverID: String(session.serverID),
            leaseID: String(session.lease),
            createRevision: String(session.createRevision),
          }
        : {}),
      ...(binding
        ? {
            podUID: binding.podUID,
            containerID: binding.containerID,
            boundTime: binding.boundTime.toISOString(),
          }
        : {}),
      ...(stop && isOfContainer
        ? {
            podUID: stop.podUID,
            containerID: stop.containerID,
            stoppingTime: stop.seenTime.toISOString(),
            stoppingBecause: stop.evidence,
          }
        : {}),
      ...(silence && isOfContainer
        ? { podUID: silence.podUID, containerID: silence.containerID, silentTime: silence.since.toISOString() }
        : {}),
      ...(death ? { endedTime: death.seenTime.toISOString(), endedBecause: death.evidence } : {}),
    };
  });
}

function isOf({ serverID, leaseID }: MemberStatus, session: Session | undefined): boolean {
  return session !== undefined && serverID === String(session.serverID) && leaseID === String(session.lease);
}

/** The bindings a status holds: what an operator that starts anew need not find out again. */
export function bindingsOf(members: readonly MemberStatus[] | undefined): readonly Binding[] {
  return (members ?? []).flatMap(({ serverID, leaseID, podUID, containerID, nodeName, boundTime }) =>
    serverID && leaseID && podUID && containerID && nodeName && boundTime
      ? [
          {
            serverID: BigInt(serverID),
            lease: BigInt(leaseID),
            podUID,
            containerID,
            nodeName,
            boundTime: new Date(boundTime),
          },
        ]
      : [],
  );
}

/** The deaths a status holds: a pod that proved one may be gone by now. */
export function deathsOf(members: readonly MemberStatus[] | undefined): readonly ProvenDeath[] {
  return (members ?? []).flatMap(({ serverID, leaseID, endedTime, endedBecause }) =>
    serverID && leaseID && endedTime && endedBecause
      ? [
          {
            serverID: BigInt(serverID),
            lease: BigInt(leaseID),
            seenTime: new Date(endedTime),
            evidence: endedBecause,
          },
        ]
      : [],
  );
}

/** The stops a status holds: a process that was told to stop once will not serve again. */
export function stopsOf(members: readonly MemberStatus[] | undefined): readonly SeenStop[] {
  return (members ?? []).flatMap(({ podUID, containerID, stoppingTime, stoppingBecause }) =>
    podUID && containerID && stoppingTime && stoppingBecause
      ? [{ podUID, containerID, seenTime: new Date(stoppingTime), evidence: stoppingBecause }]
      : [],
  );
}

/** The silences a status holds. */
export function silencesOf(members: readonly MemberStatus[] | undefined): readonly SeenSilence[] {
  return (members ?? []).flatMap(({ podUID, containerID, silentTime }) =>
    podUID && containerID && silentTime ? [{ podUID, containerID, since: new Date(silentTime) }] : [],
  );
}
