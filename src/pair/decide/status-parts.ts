import type { MemberStatus, RoleStatus } from '../../api/coordinator-pair.ts';
import type { Binding } from './binding.ts';
import type { Member } from './members.ts';

/** `status.standby`; the time stays as long as the process does. */
export function standbyReference(
  standby: Member | undefined,
  previous: RoleStatus | undefined,
  now: Date,
): RoleStatus | undefined {
  return standby && memberReference(standby, previous, now);
}

/** A process by its pod, node, address and server ID, with the time since when it has been in its role. */
export function memberReference({ session, pod }: Member, previous: RoleStatus | undefined, now: Date): RoleStatus {
  const serverID = String(session?.serverID ?? '');
  const podName = pod?.name ?? session?.hostName;
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
export function memberStatuses(members: readonly Member[], bindings: readonly Binding[]): readonly MemberStatus[] {
  return members.slice(0, MAX_MEMBERS).map((member) => {
    const { state, session, pod } = member;
    const binding = bindings.find(({ serverID, lease }) => serverID === session?.serverID && lease === session.lease);
    const podName = pod?.name ?? session?.hostName;
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
    };
  });
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
