import type { CoordinatorPair } from '../api/coordinator-pair.ts';
import { sleep, type Clock } from '../base/clock.ts';
import type { KubeClient } from '../kube/client.ts';
import type { Pod } from '../kube/core-types.ts';
import { changeRoleLabels } from './act.ts';
import type { PairCaches } from './caches.ts';
import { roleLabelRemovals } from './decide/role-labels.ts';
import type { SpecProblem, WorkloadFacts } from './facts.ts';
import type { PairMemory } from './memory.ts';
import { viewAttachedPod, viewPod, type PodView } from './pod-view.ts';
import { takerOf } from './rivals.ts';
import type { Workloads } from './workloads.ts';
import { coordinatorContainer, selectorText, type WorkloadRef, type WorkloadView } from './workload-view.ts';

/** Where facts about a workload come from. */
export interface WorkloadSources {
  readonly caches: PairCaches;
  readonly workloads: Workloads;
  readonly clock: Clock;
}

/** A workload that a pair looks after, or why it cannot. */
export interface Attachment {
  readonly workload?: Omit<WorkloadFacts, 'foreignPods'>;
  readonly problems: readonly SpecProblem[];
}

/** The pods of a pair. */
export interface PairPods {
  /** Without those that have ended for good. */
  readonly pods: readonly PodView[];
  /** With those, and with some that are gone: the ends of their containers prove something. */
  readonly allPods: readonly PodView[];
  /** Names of pods that a workload's selector matches and that it has not made. */
  readonly foreignPods: readonly string[];
}

/** How long a look waits for the first list of a workload's pods. */
const FIRST_LIST_MS = 5_000;

/** A pod in one of these phases never runs again. A ReplicaSet leaves it lying beside its successor; evictions make such. */
const ENDED_PHASES: readonly (string | undefined)[] = ['Failed', 'Succeeded'];

/**
 * Finds the workload that a pair looks after, if it has `spec.workloadRef`. It is read by name, again when its pods are
 * others than they were; the pods are followed by its selector from the first look on.
 *
 * @throws ApiError; Error when the pods were not listed in time.
 */
export async function observeWorkload(
  pair: CoordinatorPair,
  { caches, workloads, clock }: WorkloadSources,
  memory: PairMemory,
  signal: AbortSignal,
): Promise<Attachment> {
  const ref = pair.spec.workloadRef;
  if (!ref) return { problems: [] };
  const { namespace, name, uid } = pair.metadata;
  if (memory.sawPods(uidsOf(caches.pods(namespace, name)))) workloads.forget(namespace, ref);
  const view = await workloads.get(namespace, ref);
  if (!view) return { problems: [{ reason: 'WorkloadNotFound', message: notFound(ref) }] };
  if (!view.selector)
    return { workload: { view }, problems: [{ reason: 'WorkloadNotSelectable', message: notSelectable(ref) }] };
  const container = coordinatorContainer(view, ref);
  const takenBy = takerOf(pair, view, caches);
  if (takenBy !== undefined) return { workload: { view, takenBy }, problems: [] };
  const text = selectorText(view.selector);
  const { listed } = memory.follow(uid, text, () => caches.follow(namespace, name, text));
  await firstList(listed, `the pods of ${ref.kind} ${namespace}/${ref.name}`, clock, signal);
  if (!container)
    return { workload: { view }, problems: [{ reason: 'ContainerUnknown', message: uncertain(ref, view) }] };
  return { workload: { view, container }, problems: [] };
}

/**
 * The pods of a pair: those that it runs itself, or those that its workload has made.
 *
 * @throws ApiError
 */
export async function podsOf(
  { metadata: { namespace, name }, spec }: CoordinatorPair,
  { workload }: Attachment,
  { caches, workloads }: WorkloadSources,
  memory: PairMemory,
): Promise<PairPods> {
  const found = caches.pods(namespace, name);
  const departed = caches.departed(namespace, name);
  if (!spec.workloadRef) {
    const pods = found.map(viewPod);
    return { pods, allPods: [...pods, ...departed.map(viewPod)], foreignPods: [] };
  }
  if (!workload?.view.selector || workload.takenBy !== undefined) return { pods: [], allPods: [], foreignPods: [] };
  memory.sawPods(uidsOf(found));
  return ofWorkload(workload, found, departed, workloads);
}

async function ofWorkload(
  { view, container }: NonNullable<Attachment['workload']>,
  found: readonly Pod[],
  departed: readonly Pod[],
  workloads: Workloads,
): Promise<PairPods> {
  const owned: Pod[] = [];
  const foreignPods: string[] = [];
  for (const pod of found) {
    if (await workloads.owns(view, pod)) owned.push(pod);
    else foreignPods.push(pod.metadata.name);
  }
  const see = (pod: Pod): PodView => viewAttachedPod(pod, container?.name);
  const pods = owned.filter(({ status }) => !ENDED_PHASES.includes(status?.phase)).map(see);
  return { pods, allPods: [...owned, ...departed].map(see), foreignPods };
}

/**
 * Takes the role labels off the pods of a workload that is no longer looked after, and stops following them. Nothing of
 * the workload's pods was ever changed but these.
 *
 * @throws ApiError: it can be done again.
 */
export async function releaseWorkload(
  { namespace, name }: { readonly namespace: string; readonly name: string },
  { caches, client }: { readonly caches: PairCaches; readonly client: KubeClient },
  memory: PairMemory,
  signal: AbortSignal,
): Promise<void> {
  if (memory.followedFor === undefined) return;
  const labelled = caches.pods(namespace, name).map(viewPod);
  const { failure } = await changeRoleLabels(client, namespace, roleLabelRemovals(labelled), signal);
  if (failure) throw failure;
  memory.unfollow();
}

function notFound({ kind, name }: WorkloadRef): string {
  return `spec.workloadRef: ${kind} ${name} does not exist in the pair's namespace, or may not be read; create it, or make a pair with another workloadRef`;
}

function notSelectable({ kind, name }: WorkloadRef): string {
  return `spec.workloadRef: ${kind} ${name} must select its pods by matchLabels alone, for a Service cannot use expressions; recreate it so`;
}

function uncertain({ kind, name, containerName }: WorkloadRef, { containers }: WorkloadView): string {
  const names = containers.map((container) => container.name).join(', ');
  const end = 'until then no session is bound to a container, and none is ended';
  if (containerName !== undefined)
    return `spec.workloadRef.containerName: ${kind} ${name} has no container ${containerName} but ${names}; name the one that runs Milvus; ${end}`;
  return `spec.workloadRef.containerName must be set: which container of ${kind} ${name} (${names}) runs Milvus is not certain, for not exactly one of them has \`milvus run\` in its command line; ${end}`;
}

function uidsOf(pods: readonly Pod[]): string {
  return pods
    .map(({ metadata }) => metadata.uid)
    .sort()
    .join();
}

/** @throws Error when it takes too long: the next look tries again. */
async function firstList(listed: Promise<void>, what: string, clock: Clock, signal: AbortSignal): Promise<void> {
  const done = new AbortController();
  const late = sleep(clock, FIRST_LIST_MS, AbortSignal.any([signal, done.signal])).then(() => {
    throw new Error(`${what} could not be listed yet`);
  });
  try {
    await Promise.race([listed, late]);
  } finally {
    done.abort(new Error('the wait is over'));
  }
}
