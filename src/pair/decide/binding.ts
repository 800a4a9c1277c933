import type { PodView } from '../pod-view.ts';
import type { Member } from './members.ts';
import { belongsTo } from './registrations.ts';
import type { Session } from './role-sessions.ts';
import { stopOfPod, type SeenStop } from './stops.ts';

/**
 * Binding a registration to a process by seen renewal: the dead cannot renew. A lease whose remaining time rises
 * between two readings was renewed in between, by a process that lived then. If one container was running before the
 * first reading and still is a while after the second, that process is in this container: whatever later becomes of
 * the container is evidence about that registration, and nothing else is.
 *
 * Two readings only count within one raft term: a restart or a leader change of etcd lifts every lease back to its full
 * time without anyone having renewed it (measured with etcd 3.5).
 */

/** One LeaseTimeToLive of a registration's lease. */
export interface RenewalReading {
  /** When it was asked for. */
  readonly at: Date;
  readonly ttlSeconds: number;
  readonly raftTerm: bigint;
}

/** A reading with what stood around it. */
export interface LeaseReading extends RenewalReading {
  /** The container that ran in the registration's pod at that time. */
  readonly containerID: string;
  /** renewTime of the node's Lease, as written: it moves while the kubelet lives. */
  readonly nodeRenewTime: string;
}

/** What has been seen of one registration so far. */
export interface BindingProgress {
  readonly serverID: bigint;
  readonly lease: bigint;
  /** The reading before the last. */
  readonly last?: LeaseReading;
  /** Two readings between which the lease was renewed, waiting for confirmation. */
  readonly renewed?: { readonly before: LeaseReading; readonly after: LeaseReading };
}

/** A registration known to come from one container. */
export interface Binding {
  readonly serverID: bigint;
  readonly lease: bigint;
  readonly podUID: string;
  readonly containerID: string;
  readonly nodeName: string;
  /**
   * By the clock of the node: it renewed its Lease then, after the process was seen to live. An end of the container
   * before that is not this process' end ({@link standing}).
   */
  readonly boundTime: Date;
}

/** How long after the second reading the container must still be running. */
export const CONFIRMATION_MS = 3_000;

/** Time between two readings while a registration is not bound. */
export const READING_INTERVAL_MS = 1_000;

/** Whether this member's registration can be bound at all; hostNetwork pods share their address with the node. */
export function isBindable({ state, session, pod }: Member): boolean {
  return (
    (state === 'Active' || state === 'Activating' || state === 'Standby') &&
    session !== undefined &&
    session.lease !== 0n &&
    pod?.container.id !== undefined &&
    pod.container.runningSince !== undefined &&
    pod.nodeName !== undefined &&
    !pod.hostNetwork
  );
}

/** Takes in one reading; the result is a binding once a renewal is seen and confirmed. */
export function addReading(
  progress: BindingProgress,
  reading: LeaseReading,
  member: Member,
): { readonly bound: Binding } | { readonly progress: BindingProgress } {
  const { serverID, lease, last, renewed } = progress;
  const { pod } = member;
  const fresh = { serverID, lease, last: reading };
  if (!pod?.nodeName) return { progress: fresh };
  if (renewed) {
    const { before, after } = renewed;
    if (reading.containerID !== before.containerID || reading.raftTerm !== before.raftTerm) return { progress: fresh };
    const boundTime = new Date(reading.nodeRenewTime);
    const confirmed =
      reading.at.getTime() - after.at.getTime() >= CONFIRMATION_MS &&
      reading.nodeRenewTime !== before.nodeRenewTime &&
      !Number.isNaN(boundTime.getTime());
    if (!confirmed) return { progress: { ...fresh, renewed } };
    return {
      bound: {
        serverID,
        lease,
        podUID: pod.uid,
        containerID: before.containerID,
        nodeName: pod.nodeName,
        boundTime,
      },
    };
  }
  if (last && isRenewal(last, reading, pod.container.runningSince))
    return { progress: { ...fresh, renewed: { before: last, after: reading } } };
  return { progress: fresh };
}

/** Whether a lease was renewed between two readings: its process lived then. */
export function wasRenewed(before: RenewalReading, after: RenewalReading): boolean {
  return after.ttlSeconds > before.ttlSeconds && before.ttlSeconds >= 0 && after.raftTerm === before.raftTerm;
}

function isRenewal(before: LeaseReading, after: LeaseReading, runningSince: Date | undefined): boolean {
  return (
    wasRenewed(before, after) &&
    after.containerID === before.containerID &&
    runningSince !== undefined &&
    runningSince <= before.at
  );
}

/**
 * Binds what no renewal has bound yet by the stop of its process: who registered at a pod's address, and was found
 * to serve no more there afterwards, while the pod is being deleted, is the process that stops, or one that ended before
 * it. A third one cannot be: no container is started in a pod that is being deleted. So a planned move needs not wait
 * for the ACTIVE's next renewal.
 *
 * @param sessions those that the status has shown already: they were there before the process was asked.
 */
export function boundByStop(
  sessions: readonly Session[],
  {
    known,
    stops,
    pods,
  }: { readonly known: readonly Binding[]; readonly stops: readonly SeenStop[]; readonly pods: readonly PodView[] },
): readonly Binding[] {
  const bound = new Map<bigint, Binding>();
  for (const session of sessions) {
    const { serverID, lease } = session;
    const isOf = (binding: Binding) => binding.serverID === serverID && binding.lease === lease;
    if (lease === 0n || known.some(isOf)) continue;
    const pod = pods.find((candidate) => belongsTo(session, candidate));
    const stop = stopOfPod(pod, stops);
    if (!pod?.deletion || !pod.nodeName || !stop) continue;
    const { podUID, containerID } = stop;
    const boundTime = pod.deletion.requestedAt;
    bound.set(lease, { serverID, lease, podUID, containerID, nodeName: pod.nodeName, boundTime });
  }
  return [...bound.values()];
}
