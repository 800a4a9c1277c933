import { hostOfAddress } from '../../milvus/session-value.ts';
import type { PodView } from '../pod-view.ts';
import type { ProvenDeath } from './death.ts';
import type { RoleSessions, Session } from './role-sessions.ts';

/**
 * - Active: holds the role and its process is ready.
 * - Activating: holds the role, not ready yet: a new ACTIVE reloads its metadata first.
 * - Standby: registered and waiting.
 * - Starting: no registration yet, and still young enough to be on its way.
 * - Zombie: ready, older than the start-up allowance, and not registered: it will never take over (milvus#30100).
 * - Terminating: its pod is being deleted.
 * - Gone: a registration whose process no longer exists.
 * - Unknown: a registration that a pod may have made whose address the kubelet has not reported yet, or one of several
 *   pods that share an address (hostNetwork); and those pods.
 */
export type MemberState =
  'Active' | 'Activating' | 'Standby' | 'Starting' | 'Zombie' | 'Terminating' | 'Gone' | 'Unknown';

/** A process of the pair: a registration with its pod, a registration without one, or a pod without registration. */
export interface Member {
  readonly state: MemberState;
  readonly session?: Session;
  readonly pod?: PodView;
  /** Owns the role's bare key. */
  readonly holder: boolean;
}

/** How long a process may take from its start to its first registration, beyond one lease: {@link memberStates}. */
export const START_UP_ALLOWANCE_MS = 60_000;

/**
 * Whether a registration was written by a process of this pod: the address is the pod's and, where the registration
 * names its host, the name too (a StatefulSet's pod name comes back with another address after a restart). In a pod with
 * hostNetwork the host is the node.
 */
function belongsTo(session: Session, pod: PodView): boolean {
  return (
    pod.ip !== undefined &&
    hostOfAddress(session.address) === pod.ip &&
    (session.hostName === undefined || session.hostName === pod.name || pod.hostNetwork)
  );
}

/** Whether a registration at this pod's address may be that of another pod: both have the address of their node. */
function sharesAddress(pod: PodView, pods: readonly PodView[]): boolean {
  return pod.hostNetwork && pods.some((other) => other !== pod && other.hostNetwork && other.ip === pod.ip);
}

function belongsToOneOfSeveral(session: Session, pod: PodView, pods: readonly PodView[]): boolean {
  return belongsTo(session, pod) && sharesAddress(pod, pods);
}

/**
 * Whether it cannot be told yet: a process registers within milliseconds, its pod's address appears in the API a second
 * later.
 */
function mayBelongTo({ hostName }: Session, { ip, nodeName, name }: PodView): boolean {
  return ip === undefined && nodeName !== undefined && (hostName === undefined || hostName === name);
}

/**
 * Joins registrations and pods. Of several registrations at one pod the one with the highest server ID is the living
 * one: server IDs only grow, and after a restart in place the dead process's keys stay until their lease ends, carrying
 * the living container's address and name (measured with the session code of 2.2.8 to 3.x).
 */
export function memberStates(
  sessions: RoleSessions,
  pods: readonly PodView[],
  {
    now,
    ttlSeconds,
    deaths = [],
  }: { readonly now: Date; readonly ttlSeconds: number; readonly deaths?: readonly ProvenDeath[] },
): readonly Member[] {
  const registrations = withHolder(sessions);
  const living = new Map<PodView, Session>();
  for (const session of registrations) {
    if (deaths.some(({ serverID, lease }) => serverID === session.serverID && lease === session.lease)) continue;
    const pod = pods.find((candidate) => belongsTo(session, candidate) && !sharesAddress(candidate, pods));
    const known = pod && living.get(pod);
    if (pod && (known === undefined || known.serverID < session.serverID)) living.set(pod, session);
  }
  const isHolder = (session: Session) => session.serverID === sessions.holder?.serverID;
  const ofPods = pods.map((pod): Member => {
    const session = living.get(pod);
    const holder = session !== undefined && isHolder(session);
    if (sharesAddress(pod, pods)) return { state: 'Unknown', pod, holder };
    return { state: stateOf(pod, session, holder, now, ttlSeconds), pod, holder, ...(session ? { session } : {}) };
  });
  const alive = new Set(living.values());
  const gone = registrations
    .filter((session) => !alive.has(session))
    .map((session): Member => ({
      state: pods.some((pod) => mayBelongTo(session, pod) || belongsToOneOfSeveral(session, pod, pods))
        ? 'Unknown'
        : 'Gone',
      session,
      holder: isHolder(session),
    }));
  return [...ofPods, ...gone];
}

/** Every process once; the holder of a role without active-standby has no member key. */
function withHolder({ holder, members }: RoleSessions): readonly Session[] {
  return holder && !members.some(({ serverID }) => serverID === holder.serverID) ? [...members, holder] : members;
}

function stateOf(
  pod: PodView,
  session: Session | undefined,
  holder: boolean,
  now: Date,
  ttlSeconds: number,
): MemberState {
  if (pod.terminating) return 'Terminating';
  if (holder) return pod.ready ? 'Active' : 'Activating';
  // The lease of a standby that crashed runs on, and nobody would take over before it has started again.
  if (session) return pod.container.runningSince ? 'Standby' : 'Starting';
  const startedAt = pod.container.runningSince;
  const old = startedAt && now.getTime() - startedAt.getTime() > ttlSeconds * 1000 + START_UP_ALLOWANCE_MS;
  return old && pod.ready && pod.ip !== undefined ? 'Zombie' : 'Starting';
}

/** The member that holds the role, whatever became of its process. */
export function holderOf(members: readonly Member[]): Member | undefined {
  return members.find(({ holder }) => holder);
}

/** A registered process whose pod is known. */
export type RegisteredMember = Member & { readonly pod: PodView; readonly session: Session };

/**
 * The member that would take over: registered, its pod not being deleted. Of several (an ACTIVE that was restarted in
 * place stands by too) the one that has stood by longest.
 */
export function standbyOf(members: readonly Member[]): RegisteredMember | undefined {
  return members
    .filter((member): member is RegisteredMember => member.state === 'Standby' && !!member.pod && !!member.session)
    .reduce<RegisteredMember | undefined>(
      (oldest, member) => (oldest && oldest.session.serverID < member.session.serverID ? oldest : member),
      undefined,
    );
}
