import type { ContainerStatus, Pod, StatusCondition } from '../kube/core-types.ts';
import { whyUnscheduled } from '../kube/unscheduled.ts';
import type { LogLine } from './log-lines.ts';

/** How the etcd container of a pod ended, where that matters now. */
export interface Crash {
  readonly exitCode: number;
  /** The kubelet's word: OOMKilled, Error, Completed. */
  readonly reason?: string;
  readonly containerID: string;
  readonly finishedAt: Date;
  /** How often the container was started again in the life of its pod. */
  readonly restarts: number;
}

/** Something that was told about a pod or its volume (events.k8s.io), not older than ten minutes. */
export interface EventFacts {
  readonly reason: string;
  readonly note: string;
  readonly warning: boolean;
}

/** A volume claim of a pod. */
export interface ClaimFacts {
  readonly name: string;
  /** Pending, Bound or Lost; absent: there is no such claim. */
  readonly phase?: string;
  /** Absent: the cluster's default class; empty: none, for ever. */
  readonly storageClassName?: string;
  readonly terminating: boolean;
  readonly createdAt?: Date;
  readonly events: readonly EventFacts[];
}

/** What the etcd container does. */
export type ContainerFacts =
  | { readonly state: 'Running'; readonly since: Date }
  | { readonly state: 'Waiting'; readonly reason: string; readonly message: string }
  | { readonly state: 'Terminated' }
  /** The kubelet has not reported it yet. */
  | { readonly state: 'Unknown' };

/** A pod of the etcd as Kubernetes tells it, with the evidence that was gathered because it is not well. */
export interface PodFacts {
  readonly name: string;
  readonly uid: string;
  /** Of the pod as it was read, so that what is decided from it hits nothing else. */
  readonly resourceVersion: string;
  readonly createdAt: Date;
  readonly ip?: string;
  readonly nodeName?: string;
  /** Undefined where nodes are not watched or the pod has none. */
  readonly nodeReady?: boolean;
  readonly phase: string;
  /** For instance Evicted or NodeLost. */
  readonly reason?: string;
  readonly ready: boolean;
  readonly terminating: boolean;
  /** Why the scheduler has no node for it. */
  readonly unschedulable?: string;
  readonly container: ContainerFacts;
  /** Why a container of any kind in this pod is not started, for instance ImagePullBackOff. */
  readonly waiting: readonly { readonly container: string; readonly reason: string; readonly message: string }[];
  /** Present only while it counts: the container is down, or came up after this end and is not ready again. */
  readonly crash?: Crash;
  readonly claims: readonly ClaimFacts[];
  readonly events: readonly EventFacts[];
  /** Lines of the container that crashed, then the newest of the present one. Empty while the pod is well. */
  readonly lines: readonly LogLine[];
}

/** An end that a container has outlived by this long tells nothing of today, milliseconds. */
const CRASH_COUNTS_MS = 600_000;

/** Reads a pod; evidence beyond it is added where it is needed. */
export function viewPod(pod: Pod, containerName: string, nodeReady: boolean | undefined, now: Date): PodFacts {
  const { metadata, spec, status } = pod;
  const statuses = status?.containerStatuses ?? [];
  const own = statuses.find(({ name }) => name === containerName);
  const ready = isTrue(status?.conditions, 'Ready');
  const crash = crashOf(own, ready, now);
  const unschedulable = whyUnscheduled(pod);
  return {
    name: metadata.name,
    uid: metadata.uid ?? '',
    resourceVersion: metadata.resourceVersion ?? '',
    createdAt: new Date(metadata.creationTimestamp ?? 0),
    ...(status?.podIP ? { ip: status.podIP } : {}),
    ...(spec?.nodeName ? { nodeName: spec.nodeName } : {}),
    ...(nodeReady === undefined ? {} : { nodeReady }),
    phase: status?.phase ?? 'Unknown',
    ...(status?.reason ? { reason: status.reason } : {}),
    ready,
    terminating: metadata.deletionTimestamp !== undefined,
    ...(unschedulable === undefined ? {} : { unschedulable }),
    container: containerOf(own),
    waiting: [...(status?.initContainerStatuses ?? []), ...statuses].flatMap(({ name, state }) =>
      state?.waiting?.reason
        ? [{ container: name, reason: state.waiting.reason, message: state.waiting.message ?? '' }]
        : [],
    ),
    ...(crash ? { crash } : {}),
    claims: [],
    events: [],
    lines: [],
  };
}

/** Whether nothing asks for a closer look: it runs, it is ready, and nobody wants it gone. */
export function looksWell({ ready, terminating, container }: PodFacts): boolean {
  return ready && !terminating && container.state === 'Running';
}

function containerOf(status: ContainerStatus | undefined): ContainerFacts {
  const { running, waiting, terminated } = status?.state ?? {};
  if (running) return { state: 'Running', since: new Date(running.startedAt ?? 0) };
  if (terminated) return { state: 'Terminated' };
  if (waiting) return { state: 'Waiting', reason: waiting.reason ?? '', message: waiting.message ?? '' };
  return { state: 'Unknown' };
}

function crashOf(status: ContainerStatus | undefined, ready: boolean, now: Date): Crash | undefined {
  const ended = status?.state?.terminated ?? status?.lastState?.terminated;
  if (!ended || ready) return undefined;
  const finishedAt = new Date(ended.finishedAt ?? 0);
  const outlived = status?.state?.running && now.getTime() - finishedAt.getTime() > CRASH_COUNTS_MS;
  if (outlived) return undefined;
  return {
    exitCode: ended.exitCode,
    ...(ended.reason ? { reason: ended.reason } : {}),
    containerID: ended.containerID ?? '',
    finishedAt,
    restarts: status?.restartCount ?? 0,
  };
}

function isTrue(conditions: readonly StatusCondition[] | undefined, type: string): boolean {
  return conditions?.some((condition) => condition.type === type && condition.status === 'True') ?? false;
}
