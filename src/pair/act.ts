import type { CoordinatorPair, CoordinatorPairStatus } from '../api/coordinator-pair.ts';
import { coordinatorPairKind, labels } from '../api/names.ts';
import { applyOwned } from '../kube/apply.ts';
import type { KubeClient } from '../kube/client.ts';
import { isApiError, isConflict, isNotFound, type ApiError } from '../kube/errors.ts';
import type { Node, Pod } from '../kube/core-types.ts';
import { nodeKind, podKind } from '../kube/kinds.ts';
import type { KubeObject } from '../kube/objects.ts';
import type { SessionSnapshot, SessionStore } from '../etcd/types.ts';
import { childKind } from './child-kinds.ts';
import type { RevokeLease, StoppingProcess } from './decide/dead-sessions.ts';
import type { EndPod, ForcedEnd, RoleHandover, UnregisteredContainer } from './decide/disruption.ts';
import { addressesOf, isAt } from './decide/registrations.ts';
import { leasesOfProcess } from './decide/process-leases.ts';
import { roleSessions, type RoleSessions, type Session } from './decide/role-sessions.ts';
import type { RoleLabelChange } from './decide/role-labels.ts';
import type { ChildFacts, SpecProblem } from './facts.ts';
import type { Role } from '../milvus/roles.ts';
import { viewNode } from './node-view.ts';
import { viewAttachedPod, viewPod } from './pod-view.ts';

/** What changing role labels came to. */
export interface LabelOutcome {
  readonly made: readonly RoleLabelChange[];
  /** The first that could not be made; none was tried after it: two pods must never both say active. */
  readonly failure?: ApiError;
}

/**
 * Puts role labels right, in order. The patch carries the pod's uid: it can neither create a pod nor label a successor
 * of the same name. A pod that is gone or replaced meanwhile is no fault.
 */
export async function changeRoleLabels(
  client: KubeClient,
  namespace: string,
  changes: readonly RoleLabelChange[],
  signal: AbortSignal,
): Promise<LabelOutcome> {
  const made: RoleLabelChange[] = [];
  for (const change of changes) {
    const { podName, podUID, role } = change;
    const patch = { metadata: { uid: podUID, labels: { [labels.role]: role ?? null } } };
    try {
      await client.mergePatch(podKind, podName, namespace, patch, { signal });
    } catch (error) {
      if (!isApiError(error)) throw error;
      if (!isNotFound(error) && !isConflict(error)) return { made, failure: error };
    }
    made.push(change);
  }
  return { made };
}

/** What applying the children came to. */
export interface ApplyOutcome {
  /** Children the API server refused, in its own words. */
  readonly rejections: readonly SpecProblem[];
  /** `Kind/name` of what was changed, with where it had drifted. */
  readonly changed: readonly { readonly object: string; readonly drift: readonly string[] }[];
  /** The first failure that trying again may cure: to be thrown once all else is done. */
  readonly failure?: ApiError;
}

/** Brings each child to its wished state; one that already is costs no call, one that fails holds up no other. */
export async function applyChildren(
  client: KubeClient,
  children: readonly ChildFacts[],
  signal: AbortSignal,
): Promise<ApplyOutcome> {
  const rejections: SpecProblem[] = [];
  const changed: { object: string; drift: readonly string[] }[] = [];
  let failure: ApiError | undefined;
  for (const { desired, live } of children) {
    const object = `${desired.kind}/${desired.metadata.name}`;
    try {
      const applied = await applyOwned<KubeObject>(client, childKind(desired.kind), desired, live, {
        force: true,
        signal,
      });
      if (applied.changed) changed.push({ object, drift: applied.drift });
    } catch (error) {
      if (!isApiError(error)) throw error;
      if (error.retryable || isConflict(error)) failure ??= error;
      // Nobody answers: the others would only wait for that too.
      if (error.code === 0) break;
      if (isRefusal(error))
        rejections.push({
          reason: 'RejectedByServer',
          message: `the API server refuses ${object} as the spec asks for it: ${error.message}`,
        });
    }
  }
  return { rejections, changed, ...(failure ? { failure } : {}) };
}

/**
 * Whether the API server has answered, and will not have the object: content that it cannot decode (400, or 500 for a
 * field that server-side apply does not know), a validation rule (422), a quota, an admission policy or a missing
 * permission (403), a webhook that says no or does not answer (403, 500). Too many requests, a server that is going down
 * and a conflict with another writer are none.
 */
function isRefusal(error: ApiError): boolean {
  const { code, retryable } = error;
  return (code === 500 || (!retryable && code >= 400)) && !isConflict(error);
}

/** What became of an attempt to end a pod. */
export type EndPodOutcome = 'Ended' | 'NotLeader' | 'WorldChanged';

/**
 * Ends a pod, after looking once more: etcd is read now, and who holds the role and who is to take it must still be as
 * decided; before force is used pod and node are read too; the delete names the pod's uid.
 *
 * @throws EtcdError when etcd cannot be read, ApiError when the API server cannot be asked.
 */
export async function endPod(
  act: EndPod,
  pair: CoordinatorPair,
  role: Role,
  {
    client,
    store,
    isLeader,
  }: { readonly client: KubeClient; readonly store: SessionStore; readonly isLeader: () => boolean },
  signal: AbortSignal,
): Promise<EndPodOutcome> {
  const { namespace } = pair.metadata;
  const { force } = act;
  const snapshot = await store.read(signal);
  const sessions = roleSessions(snapshot, role);
  if (sessions.holderUnreadable || sessions.holder?.serverID !== act.holderServerID) return 'WorldChanged';
  if (act.idle && !isRegistered(act.idle, sessions)) return 'WorldChanged';
  if (act.successor && !(await canTakeOver(act.successor, sessions, store, signal))) return 'WorldChanged';
  for (const other of act.others ?? [])
    if (!(await isHandedOver(other, snapshot, store, signal))) return 'WorldChanged';
  if (force && !(await isStillStuck(act, force, sessions, client, namespace, signal))) return 'WorldChanged';
  if (act.unregistered && !(await isStillUnregistered(act, act.unregistered, sessions, client, namespace, signal)))
    return 'WorldChanged';
  if (!isLeader()) return 'NotLeader';
  try {
    const found = await client.delete(podKind, act.podName, namespace, {
      uid: act.podUID,
      ...(force ? { gracePeriodSeconds: force.graceSeconds } : {}),
      signal,
    });
    return found ? 'Ended' : 'WorldChanged';
  } catch (error) {
    if (isConflict(error)) return 'WorldChanged';
    throw error;
  }
}

/** Whether a further role is held as it was when the end was decided, and, if the pod holds it, can be taken over. */
async function isHandedOver(
  { role, holderLease, successor }: RoleHandover,
  snapshot: SessionSnapshot,
  store: SessionStore,
  signal: AbortSignal,
): Promise<boolean> {
  const sessions = roleSessions(snapshot, role);
  if (sessions.holderUnreadable || sessions.holder?.lease !== holderLease) return false;
  return successor === undefined || canTakeOver(successor, sessions, store, signal);
}

/**
 * Whether a pod is the same and not being deleted, runs the same container, as ready as it was, and has no session: what a
 * cache shows may be old, and a process that has started again meanwhile may have registered.
 */
async function isStillUnregistered(
  { podName, podUID }: EndPod,
  { containerID, ready }: UnregisteredContainer,
  { holder, members }: RoleSessions,
  client: KubeClient,
  namespace: string,
  signal: AbortSignal,
): Promise<boolean> {
  const pod = await client.get<Pod>(podKind, podName, namespace, { signal });
  if (pod?.metadata.uid !== podUID || pod.metadata.deletionTimestamp !== undefined) return false;
  const addresses = addressesOf(viewAttachedPod(pod, undefined));
  if ([...(holder ? [holder] : []), ...members].some((session) => isAt(session, addresses))) return false;
  const statuses = pod.status?.containerStatuses ?? [];
  return statuses.some(
    (status) => status.containerID === containerID && (status.ready || !ready) && status.state?.running !== undefined,
  );
}

/**
 * Whether a pod that is to be ended by force is the same, still in deletion, on a node that is as it was; one that is
 * deleted without its node's word must have no session either.
 */
async function isStillStuck(
  { podName, podUID }: EndPod,
  { graceSeconds, nodeName, nodeReady }: ForcedEnd,
  { holder, members }: RoleSessions,
  client: KubeClient,
  namespace: string,
  signal: AbortSignal,
): Promise<boolean> {
  const [pod, node] = await Promise.all([
    client.get<Pod>(podKind, podName, namespace, { signal }),
    client.get<Node>(nodeKind, nodeName, undefined, { signal }),
  ]);
  if (pod?.metadata.uid !== podUID || pod.metadata.deletionTimestamp === undefined) return false;
  if ((node !== undefined && viewNode(node).ready) !== nodeReady) return false;
  const addresses = addressesOf(viewPod(pod));
  const hasSession = [...(holder ? [holder] : []), ...members].some(
    (session) => session.hostName === podName || isAt(session, addresses),
  );
  return graceSeconds > 0 || !hasSession;
}

/** What became of an attempt to end the session of a process that is dead or serves no more. */
export type RevokeOutcome = 'Revoked' | 'NotLeader' | 'WorldChanged';

/** What ending a lease needs: `stillStopping` asks a process that runs whether it still serves nobody. */
export interface RevokeContext {
  readonly store: SessionStore;
  readonly isLeader: () => boolean;
  readonly stillStopping: (process: StoppingProcess, signal: AbortSignal) => Promise<boolean>;
}

/**
 * Ends the leases of a process that is proven dead, or serves no more in this role, after looking once more: etcd is read now, and
 * the registration must be the same to the revision; a successor must still be registered on a living lease; a process
 * that runs is asked again. A lease that is gone meanwhile counts as done.
 *
 * @throws EtcdError when etcd cannot be read, ApiError when the API server cannot be asked.
 */
export async function revokeLease(
  { session, successor, stopping }: RevokeLease,
  role: Role,
  { store, isLeader, stillStopping }: RevokeContext,
  signal: AbortSignal,
): Promise<RevokeOutcome> {
  const [snapshot, isOver] = await Promise.all([store.read(signal), stopping ? stillStopping(stopping, signal) : true]);
  if (!isOver) return 'WorldChanged';
  const sessions = roleSessions(snapshot, role);
  const { holder, members, olderLayout, holderUnreadable } = sessions;
  const same = (found: Session | undefined) =>
    found?.serverID === session.serverID &&
    found.lease === session.lease &&
    found.createRevision === session.createRevision;
  const isHolder = holder?.lease === session.lease;
  if (holderUnreadable || (!same(holder) && !members.some(same))) return 'WorldChanged';
  if (isHolder) {
    if (!successor || olderLayout.length > 0) return 'WorldChanged';
    if (!(await canTakeOver(successor.session, sessions, store, signal))) return 'WorldChanged';
  }
  if (!isLeader()) return 'NotLeader';
  const leases = leasesOfProcess(snapshot, session, stopping?.hasOtherRoles ? role : undefined);
  for (const lease of leases) await store.client.leaseRevoke(lease, signal);
  return 'Revoked';
}

/** Whether a standby is registered as it was, on a lease that lives. */
async function canTakeOver(
  session: Session,
  sessions: RoleSessions,
  { client }: SessionStore,
  signal: AbortSignal,
): Promise<boolean> {
  return isRegistered(session, sessions) && (await client.leaseTimeToLive(session.lease, signal)).ttlSeconds > 0;
}

function isRegistered({ serverID, lease }: Session, { members }: RoleSessions): boolean {
  return members.some((member) => member.serverID === serverID && member.lease === lease);
}

/**
 * Writes the status with the resourceVersion it was computed from.
 *
 * @throws ApiError; isConflict: the pair has changed meanwhile, look again.
 */
export async function writeStatus(
  client: KubeClient,
  { apiVersion, kind, metadata: { name, namespace, uid, resourceVersion } }: CoordinatorPair,
  status: CoordinatorPairStatus,
  signal: AbortSignal,
): Promise<void> {
  const object = { apiVersion, kind, metadata: { name, namespace, uid, resourceVersion }, status };
  await client.apply(coordinatorPairKind, object, { force: true, subresource: 'status', signal });
}
