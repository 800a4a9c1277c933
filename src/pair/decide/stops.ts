import type { ProbeFinding } from '../../probe/types.ts';
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
 * Every process that has stopped serving: those known from the status, unless the container is another one by now or the
 * process says that it serves, and those seen now.
 */
export function seenStops(
  known: readonly SeenStop[],
  {
    bindings,
    pods,
    probes,
    now,
  }: {
    readonly bindings: readonly Binding[];
    readonly pods: readonly PodView[];
    readonly probes: readonly ProbeFinding[];
    readonly now: Date;
  },
): readonly SeenStop[] {
  const fresh = freshOf(probes, now);
  return pods.flatMap((pod): readonly SeenStop[] => {
    const { id, runningSince } = pod.container;
    if (id === undefined || !runningSince || pod.hostNetwork) return [];
    const finding = fresh.find(({ podUID, containerID }) => podUID === pod.uid && containerID === id);
    if (finding && serves(finding)) return [];
    const before = known.find(({ podUID, containerID }) => podUID === pod.uid && containerID === id);
    if (before) return [before];
    if (!finding) return [];
    const evidence = saysStopping(finding, pod, bindings, now) ?? refusesConnections(finding, pod, bindings, fresh);
    return evidence === undefined ? [] : [{ podUID: pod.uid, containerID: id, seenTime: finding.since, evidence }];
  });
}

/** Those findings that tell of now. */
export function freshOf(findings: readonly ProbeFinding[], now: Date): readonly ProbeFinding[] {
  return findings.filter(({ at }) => now.getTime() - at.getTime() <= FRESH_MS);
}

function serves({ health }: ProbeFinding): boolean {
  return health === 'Healthy' || health === 'Standby';
}

/**
 * Its own word: /healthz says Abnormal. A process says so before it has registered as well, so that counts only of one
 * that had a session, and, unless its pod is being deleted, was healthy and may not be the next life of its container.
 */
function saysStopping(
  finding: ProbeFinding,
  pod: PodView,
  bindings: readonly Binding[],
  now: Date,
): string | undefined {
  if (finding.health !== 'Abnormal') return undefined;
  const wasHealthy = finding.servedAt !== undefined || wasReady(pod);
  if (pod.terminating)
    return wasHealthy || isBound(pod, bindings) ? 'its /healthz says Abnormal and its pod is being deleted' : undefined;
  return wasHealthy && now >= countsFrom(finding) ? 'its /healthz says Abnormal, after it was healthy' : undefined;
}

function countsFrom({ since }: ProbeFinding): Date {
  return new Date(since.getTime() + NEXT_LIFE_MS);
}

/** When what the processes say counts as a stop unless they say something else by then; in no order, some may be past. */
export function stopsDue(probes: readonly ProbeFinding[]): readonly Date[] {
  return probes.filter(({ health }) => health === 'Abnormal').map(countsFrom);
}

/**
 * Nothing listens any more at either of its ports, twice in a row, while its pod is being deleted. A prober that cannot
 * reach anybody is told from that by the other process of the pair, whose ports answer it.
 */
function refusesConnections(
  { health, port, times }: ProbeFinding,
  pod: PodView,
  bindings: readonly Binding[],
  fresh: readonly ProbeFinding[],
): string | undefined {
  if (health !== 'Refused' || port !== 'Refused' || times < REFUSALS) return undefined;
  if (!pod.terminating || !isBound(pod, bindings) || !othersAnswer(pod.uid, fresh)) return undefined;
  return 'both of its ports refuse connections, those of the other pod answer, and its pod is being deleted';
}

/** Whether another process of the pair answers the same prober at both ports. */
export function othersAnswer(podUID: string, findings: readonly ProbeFinding[]): boolean {
  return findings.some((finding) => finding.podUID !== podUID && serves(finding) && finding.port === 'Open');
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
