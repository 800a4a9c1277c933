import type { PodView } from '../pod-view.ts';
import type { ProvenDeath } from './death.ts';
import { belongsTo, mayBelongTo, namesakeOf, sharesAddress } from './registrations.ts';
import { stopOfPod, type SeenStop } from './stops.ts';
import type { RoleSessions, Session } from './role-sessions.ts';

/**
 * - Active: holds the role and its process is ready.
 * - Activating: holds the role, not ready yet: a new ACTIVE reloads its metadata first.
 * - Standby: registered and waiting.
 * - Starting: no registration yet, and still young enough to be on its way.
 * - Zombie: ready, older than the start-up allowance, and not registered: it will never take over (milvus#30100).
 * - Stopping: told to stop, serves no more, and its container has not ended; its session may still run.
 * - Terminating: its pod is being deleted.
 * - Gone: a registration that a pod of the pair made, which is gone or runs a newer process.
 * - Foreign: a registration that no pod of the pair accounts for and that is renewed all the same: a process lives.
 * - Unknown: a registration of which that is not known yet; one that a pod may have made whose address the kubelet has
 *   not reported yet, or one of several pods that share an address (hostNetwork); and a pod that may have made one of
 *   those, or a foreign one.
 */
export type MemberState =
  | 'Active'
  | 'Activating'
  | 'Standby'
  | 'Starting'
  | 'Zombie'
  | 'Stopping'
  | 'Terminating'
  | 'Gone'
  | 'Foreign'
  | 'Unknown';

/** A process of the pair: a registration with its pod, a registration without one, or a pod without registration. */
export interface Member {
  readonly state: MemberState;
  readonly session?: Session;
  readonly pod?: PodView;
  /** Owns the role's bare key. */
  readonly holder: boolean;
  /** Unknown, and there is a pod that may have made this registration. */
  readonly mayBeOurs?: true;
}

/** How long a process may take from its start to its first registration, beyond one lease: {@link memberStates}. */
export const START_UP_ALLOWANCE_MS = 60_000;

/** What a registration was known as at the look before (`status.members`). */
export interface KnownMember {
  readonly state?: string;
  readonly serverID?: string;
  readonly leaseID?: string;
  readonly podName?: string;
}

/** What members are judged by, beside registrations and pods. */
export interface MemberContext {
  readonly now: Date;
  readonly ttlSeconds: number;
  readonly deaths?: readonly ProvenDeath[];
  readonly stops?: readonly SeenStop[];
  /** Leases that were seen to be renewed while no pod accounted for their registration (strangers.ts). */
  readonly renewed?: ReadonlySet<bigint>;
  /** What the status says. */
  readonly known?: readonly KnownMember[];
}

/**
 * Joins registrations and pods. Of several registrations at one pod the one with the highest server ID is the living
 * one: server IDs only grow, and after a restart in place the dead process's keys stay until their lease ends, carrying
 * the living container's address and name (measured with the session code of 2.2.8 to 3.x).
 */
export function memberStates(
  sessions: RoleSessions,
  pods: readonly PodView[],
  context: MemberContext,
): readonly Member[] {
  const registrations = withHolder(sessions);
  const living = new Map<PodView, Session>();
  for (const session of registrations) {
    if (isDead(session, context)) continue;
    const pod = pods.find((candidate) => belongsTo(session, candidate) && !sharesAddress(candidate, pods));
    const known = pod && living.get(pod);
    if (pod && (known === undefined || known.serverID < session.serverID)) living.set(pod, session);
  }
  const isHolder = (session: Session) => session.serverID === sessions.holder?.serverID;
  const alive = new Set(living.values());
  const others = registrations
    .filter((session) => !alive.has(session))
    .map((session): Member => ({ ...withoutPod(session, pods, context), session, holder: isHolder(session) }));
  const ofPods = pods.map((pod): Member => {
    const session = living.get(pod);
    const holder = session !== undefined && isHolder(session);
    if (sharesAddress(pod, pods)) return { state: 'Unknown', pod, holder };
    const state = stopOfPod(pod, context.stops ?? []) ? 'Stopping' : stateOf(pod, session, holder, context);
    if (!session && mayHaveRegistered(pod, state, others)) return { state: 'Unknown', pod, holder };
    return { state, pod, holder, ...(session ? { session } : {}) };
  });
  return [...ofPods, ...others];
}

function isDead({ serverID, lease }: Session, { deaths = [] }: MemberContext): boolean {
  return deaths.some((death) => death.serverID === serverID && death.lease === lease);
}

/** What becomes of a registration that no running process of the pods accounts for. */
function withoutPod(
  session: Session,
  pods: readonly PodView[],
  context: MemberContext,
): Pick<Member, 'state' | 'mayBeOurs'> {
  if (isDead(session, context)) return { state: 'Gone' };
  if (pods.some((pod) => mayBelongTo(session, pod, pods))) return { state: 'Unknown', mayBeOurs: true };
  if (pods.some((pod) => belongsTo(session, pod))) return { state: 'Gone' };
  const known = context.known?.find(
    ({ serverID, leaseID }) => serverID === String(session.serverID) && leaseID === String(session.lease),
  );
  // The dead cannot renew.
  if (known?.state === 'Foreign' || context.renewed?.has(session.lease)) return { state: 'Foreign' };
  return { state: known?.podName === undefined ? 'Unknown' : 'Gone' };
}

/**
 * Whether a pod without a registration may have made one of the others at an address that is not its own: it carries
 * the pod's name, or none (2.2). Who may be the ACTIVE is no zombie.
 */
function mayHaveRegistered(pod: PodView, state: MemberState, others: readonly Member[]): boolean {
  return others.some(({ state: other, session, mayBeOurs }) => {
    if (!session || mayBeOurs || other === 'Gone') return false;
    const isNamesake = namesakeOf(session, [pod]) !== undefined;
    return state === 'Zombie'
      ? isNamesake || session.hostName === undefined
      : state === 'Starting' && isNamesake && other === 'Foreign';
  });
}

/** Every process once; the holder of a role without active-standby has no member key. */
function withHolder({ holder, members }: RoleSessions): readonly Session[] {
  return holder && !members.some(({ serverID }) => serverID === holder.serverID) ? [...members, holder] : members;
}

function stateOf(
  pod: PodView,
  session: Session | undefined,
  holder: boolean,
  { now, ttlSeconds }: MemberContext,
): MemberState {
  if (pod.terminating) return 'Terminating';
  if (holder) return pod.ready ? 'Active' : 'Activating';
  // The lease of a standby that crashed runs on, and nobody would take over before it has started again.
  // A pod is only ready while all its containers run, whichever of them is Milvus.
  if (session) return pod.container.runningSince || pod.ready ? 'Standby' : 'Starting';
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
