import type { Role } from '../../milvus/roles.ts';
import type { HealthAnswer, ProbeAnswer, ProbeFinding } from '../../probe/types.ts';
import type { PodView } from '../pod-view.ts';
import type { Binding } from './binding.ts';

/**
 * A process that was told to stop and serves no more, while its container runs. Milvus 2.3 to 2.6 may hang there until
 * it is killed, and does not give up its lease (2.3.5, measured; milvus#31219, #31813, #36880, #46393): nobody serves
 * until that has run out.
 */
export interface SeenStop {
  readonly podUID: string;
  readonly containerID: string;
  /** Since when it has said so. */
  readonly seenTime: Date;
  /** What shows it, in words. */
  readonly evidence: string;
}

/** Older findings say nothing of now: a poll takes a second at most, and the next one follows. */
const FRESH_MS = 5_000;

/**
 * For how long a process says Abnormal whose pod nobody deleted before that counts as a stop. After a kill the container's
 * next life answers at the same address, Abnormal until it has registered (within 2 s, 2.2.8 to 2.3.5), and kubelets tell
 * of the restart later than that. The containers of a pod that is being deleted are not started again.
 */
export const NEXT_LIFE_MS = 3_000;

/** One refusal may be a moment between two listeners; of two in a row both polls found nobody. */
const REFUSALS = 2;

/**
 * Every process that has stopped serving in a role: those known from the status, unless the container is another one by now or the
 * process says that it serves, and those seen now.
 */
export function seenStops(
  known: readonly SeenStop[],
  { role, bindings, pods, probes, now }: StopContext,
): readonly SeenStop[] {
  const fresh = freshOf(probes, now);
  return pods.flatMap((pod): readonly SeenStop[] => {
    const { id, runningSince } = pod.container;
    if (id === undefined || !runningSince || pod.hostNetwork) return [];
    const finding = fresh.find(({ podUID, containerID }) => podUID === pod.uid && containerID === id);
    if (finding && serves(healthIn(role, finding))) return [];
    const before = known.find(({ podUID, containerID }) => podUID === pod.uid && containerID === id);
    if (before) return [before];
    if (!finding) return [];
    const evidence =
      saysStopping(finding, pod, { role, bindings, now }) ?? refusesConnections(finding, pod, bindings, fresh);
    return evidence === undefined ? [] : [{ podUID: pod.uid, containerID: id, seenTime: finding.since, evidence }];
  });
}

/** What stops are seen in. */
export interface StopContext {
  /** The roles of a `mixture` stop one after the other, and one that hangs keeps the next from stopping (2.3.5). */
  readonly role: Role;
  readonly bindings: readonly Binding[];
  readonly pods: readonly PodView[];
  readonly probes: readonly ProbeFinding[];
  readonly now: Date;
}

/** Those findings that tell of now. */
export function freshOf(findings: readonly ProbeFinding[], now: Date): readonly ProbeFinding[] {
  return findings.filter(({ at }) => now.getTime() - at.getTime() <= FRESH_MS);
}

/** What a process says of one of its roles. */
export function healthIn(role: Role, { health, roles }: ProbeAnswer): HealthAnswer {
  return roles?.[role] ?? health;
}

function serves(health: HealthAnswer): boolean {
  return health === 'Healthy' || health === 'Standby';
}

/**
 * Its own word: /healthz says Abnormal. A process says so before it has registered as well, so that counts only of one
 * that had a session, and, unless its pod is being deleted, was healthy and may not be the next life of its container.
 */
function saysStopping(
  finding: ProbeFinding,
  pod: PodView,
  { role, bindings, now }: Pick<StopContext, 'role' | 'bindings' | 'now'>,
): string | undefined {
  if (healthIn(role, finding) !== 'Abnormal') return undefined;
  const said = `its /healthz says ${finding.roles ? `that its ${role} is Abnormal` : 'Abnormal'}`;
  if (pod.terminating) return hadSession(finding, pod, bindings) ? `${said} and its pod is being deleted` : undefined;
  return wasHealthy(finding, pod) && now >= countsFrom(finding) ? `${said}, after it was healthy` : undefined;
}

function countsFrom({ since }: ProbeFinding): Date {
  return new Date(since.getTime() + NEXT_LIFE_MS);
}

/** When what the processes say counts as a stop unless they say something else by then; in no order, some may be past. */
export function stopsDue(probes: readonly ProbeFinding[]): readonly Date[] {
  const isAbnormal = ({ health, roles }: ProbeFinding) =>
    [health, ...Object.values(roles ?? {})].some((state) => state === 'Abnormal');
  return probes.filter(isAbnormal).map(countsFrom);
}

/**
 * Nothing listens any more at either of its ports, twice in a row, while its pod is being deleted. A prober that cannot
 * reach anybody is told from that by the other process of the pair, whose ports answer it.
 */
function refusesConnections(
  finding: ProbeFinding,
  pod: PodView,
  bindings: readonly Binding[],
  fresh: readonly ProbeFinding[],
): string | undefined {
  const { health, port, times } = finding;
  if (health !== 'Refused' || port !== 'Refused' || times < REFUSALS) return undefined;
  if (!pod.terminating || !hadSession(finding, pod, bindings) || !othersAnswer(pod.uid, fresh)) return undefined;
  return 'both of its ports refuse connections, those of the other pod answer, and its pod is being deleted';
}

/** Whether another process of the pair answers the same prober at both ports. */
export function othersAnswer(podUID: string, findings: readonly ProbeFinding[]): boolean {
  return findings.some((finding) => finding.podUID !== podUID && serves(finding.health) && finding.port === 'Open');
}

/** Whether this container was healthy once, as itself or its kubelet has said. */
function wasHealthy({ servedAt }: ProbeFinding, pod: PodView): boolean {
  return servedAt !== undefined || wasReady(pod);
}

/** Whether a pod that is being deleted had a session: one that is healthy has registered. */
function hadSession(finding: ProbeFinding, pod: PodView, bindings: readonly Binding[]): boolean {
  return isBound(pod, bindings) || wasHealthy(finding, pod) || pod.ready;
}

function isBound({ uid, container: { id } }: PodView, bindings: readonly Binding[]): boolean {
  return bindings.some(({ podUID, containerID }) => podUID === uid && containerID === id);
}

/** The kubelet writes whole seconds, cut off, and sets a container not ready before it starts the next one. */
const KUBELET_SECONDS_MS = 2_000;

/** Whether the kubelet found this very container ready once, and does not any more. */
export function wasReady({ unreadySince, container: { runningSince } }: PodView): boolean {
  if (!unreadySince || !runningSince) return false;
  return unreadySince.getTime() - runningSince.getTime() >= KUBELET_SECONDS_MS;
}

/** The stop of this pod's present container, if one is known. */
export function stopOfPod(pod: PodView | undefined, stops: readonly SeenStop[]): SeenStop | undefined {
  return pod && stops.find(({ podUID, containerID }) => podUID === pod.uid && containerID === pod.container.id);
}
