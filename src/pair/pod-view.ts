import { annotations, labels } from '../api/names.ts';
import { wasKilled } from '../kube/container-end.ts';
import type { ContainerStatus, Pod, StatusCondition, TerminatedState } from '../kube/core-types.ts';
import type { ObjectMeta } from '../kube/objects.ts';
import { lastWords, type LastWords } from '../milvus/last-words.ts';
import { redacted } from '../base/redacted.ts';
import { whyUnscheduled } from '../kube/unscheduled.ts';

/** Name of the Milvus container in every pod the operator renders. */
export const CONTAINER_NAME = 'milvus';

/** The coordinator container of a pod, as its kubelet last reported it. */
export interface ContainerView {
  readonly id?: string;
  /** As the runtime names it, which may be another name of the same image. */
  readonly image?: string;
  /** Start of the running process; absent while none runs. */
  readonly runningSince?: Date;
  /** How the present container ended, while no next one was started. */
  readonly terminated?: TerminatedState;
  /** How the one before ended. */
  readonly lastTerminated?: TerminatedState;
  /** How often it was started again. */
  readonly restarts?: number;
  /** What Milvus said as the last one ended, or says while the present one does not come up. */
  readonly lastWords?: LastWords;
  /** Why the next one is not started yet, for instance ImagePullBackOff. */
  readonly waiting?: { readonly reason: string; readonly message?: string };
}

/** What decisions need to know of a pod. */
export interface PodView {
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  readonly ip?: string;
  /** Its further addresses: of the other family, and of further networks (k8s.v1.cni.cncf.io/network-status). */
  readonly otherIPs?: readonly string[];
  readonly nodeName?: string;
  /** Why the scheduler has no node for it. */
  readonly unschedulable?: string;
  readonly hostNetwork: boolean;
  /** The kubelet's readiness: /healthz of Milvus, which a standby passes too. */
  readonly ready: boolean;
  /** Why it is not ready although its Milvus container is, in its kubelet's words: another container, a readiness gate. */
  readonly unreadyBeside?: string;
  /** Since when it is not ready; absent while it is. */
  readonly unreadySince?: Date;
  /** Deletion was asked for; the process may still run. */
  readonly terminating: boolean;
  /** When deletion was asked for, and how long the process may take. */
  readonly deletion?: { readonly requestedAt: Date; readonly graceSeconds: number };
  readonly createdAt: Date;
  readonly roleLabel?: string;
  /** Hash of the template this pod was made from; absent on pods that are not ours. */
  readonly templateHash?: string;
  readonly container: ContainerView;
}

/** Reads a pod that the operator rendered into what decisions need. */
export function viewPod(pod: Pod): PodView {
  const templateHash = pod.metadata.annotations?.[annotations.templateHash];
  return { ...viewAttachedPod(pod, CONTAINER_NAME), ...(templateHash === undefined ? {} : { templateHash }) };
}

/**
 * Reads a pod that somebody else's workload made: its container has any name, and it has no template of ours.
 *
 * @param containerName the container that runs Milvus; undefined: not certain, and none is looked at
 */
export function viewAttachedPod(pod: Pod, containerName: string | undefined): PodView {
  const { metadata, spec, status } = pod;
  const unschedulable = whyUnscheduled(pod);
  const otherIPs = otherAddresses(pod);
  const roleLabel = metadata.labels?.[labels.role];
  const readiness = status?.conditions?.find(({ type }) => type === 'Ready');
  const container = status?.containerStatuses?.find(({ name }) => name === containerName);
  return {
    name: metadata.name,
    namespace: metadata.namespace ?? '',
    uid: metadata.uid ?? '',
    ...(status?.podIP ? { ip: status.podIP } : {}),
    ...(otherIPs.length > 0 ? { otherIPs } : {}),
    ...(spec?.nodeName ? { nodeName: spec.nodeName } : {}),
    ...(unschedulable === undefined ? {} : { unschedulable }),
    hostNetwork: spec?.hostNetwork ?? false,
    ready: readiness?.status === 'True',
    ...unreadyBeside(readiness, container),
    ...(readiness?.status === 'False' && readiness.lastTransitionTime !== undefined
      ? { unreadySince: new Date(readiness.lastTransitionTime) }
      : {}),
    terminating: metadata.deletionTimestamp !== undefined,
    ...deletionOf(metadata),
    createdAt: new Date(metadata.creationTimestamp ?? 0),
    ...(roleLabel === undefined ? {} : { roleLabel }),
    container: viewContainer(container),
  };
}

/** Where its node is not ready, the control plane calls a pod unready without a reason, whatever its containers do. */
function unreadyBeside(
  { status, reason, message }: Partial<StatusCondition> = {},
  container: ContainerStatus | undefined,
): Pick<PodView, 'unreadyBeside'> {
  const isBeside = reason === 'ContainersNotReady' || reason === 'ReadinessGatesNotReady';
  return status === 'False' && isBeside && container?.ready ? { unreadyBeside: message ?? reason } : {};
}

/** Where Multus and other meta plugins tell of all networks of a pod (Network Plumbing Working Group, v1.3). */
const NETWORK_STATUS = 'k8s.v1.cni.cncf.io/network-status';

function otherAddresses({ metadata, status }: Pod): readonly string[] {
  const ofFamilies = (status?.podIPs ?? []).flatMap(({ ip }) => ip ?? []);
  const all = new Set([...ofFamilies, ...networkAddresses(metadata.annotations?.[NETWORK_STATUS])]);
  return [...all].filter((ip) => ip !== status?.podIP);
}

function networkAddresses(annotation: string | undefined): readonly string[] {
  let networks: unknown;
  try {
    networks = JSON.parse(annotation ?? '[]');
  } catch {
    return [];
  }
  if (!Array.isArray(networks)) return [];
  return networks.flatMap((network: { readonly ips?: unknown } | null) => {
    const ips: readonly unknown[] = Array.isArray(network?.ips) ? network.ips : [];
    return ips.filter((ip) => typeof ip === 'string');
  });
}

/** The deletionTimestamp is the end of the grace period, not its beginning (metav1.ObjectMeta). */
function deletionOf({
  deletionTimestamp,
  deletionGracePeriodSeconds: graceSeconds = 0,
}: ObjectMeta): Pick<PodView, 'deletion'> {
  if (deletionTimestamp === undefined) return {};
  return { deletion: { requestedAt: new Date(Date.parse(deletionTimestamp) - graceSeconds * 1000), graceSeconds } };
}

function viewContainer(status: ContainerStatus | undefined): ContainerView {
  const { running, terminated, waiting } = status?.state ?? {};
  const lastTerminated = status?.lastState?.terminated;
  // The kubelet brings the end of the log where the template asks for that (terminationMessagePolicy).
  const end = terminated ?? (running ? undefined : lastTerminated);
  const words = end && !wasKilled(end) ? readable(lastWords(end.message ?? '')) : undefined;
  return {
    ...(status?.containerID ? { id: status.containerID } : {}),
    ...(status?.image ? { image: status.image } : {}),
    ...(running?.startedAt ? { runningSince: new Date(running.startedAt) } : {}),
    ...(terminated ? { terminated } : {}),
    ...(lastTerminated ? { lastTerminated } : {}),
    ...(status?.restartCount ? { restarts: status.restartCount } : {}),
    ...(words ? { lastWords: words } : {}),
    ...(waiting?.reason
      ? { waiting: { reason: waiting.reason, ...(waiting.message ? { message: waiting.message } : {}) } }
      : {}),
  };
}

/** Fit for a status: without secrets, in one line. */
export function readable(words: LastWords | undefined): LastWords | undefined {
  return words && { ...words, line: redacted(words.line).replaceAll(/\s+/g, ' ').trim() };
}
