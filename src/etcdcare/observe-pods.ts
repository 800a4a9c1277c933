import { limits } from '../base/limits.ts';
import type { KubeClient } from '../kube/client.ts';
import type { Node, Pod } from '../kube/core-types.ts';
import { isApiError } from '../kube/errors.ts';
import { eventKind } from '../kube/events.ts';
import { persistentVolumeClaimKind, podKind } from '../kube/kinds.ts';
import type { KubeObject } from '../kube/objects.ts';
import type { PodLogOptions, PodLogs } from '../kube/pod-logs.ts';
import { cleanLine, logLines, type LogLine } from './log-lines.ts';
import type { GuardMemory } from './memory.ts';
import { looksWell, viewPod, type ClaimFacts, type EventFacts, type PodFacts } from './pod-facts.ts';
import { BeyondLimits } from './setup/beyond-limits.ts';
import { podNames, type EtcdSetup } from './setup/etcd-setup.ts';

/** Where facts about pods come from. */
export interface PodSources {
  readonly client: Pick<KubeClient, 'get' | 'list'> & PodLogs;
  /** Undefined where nodes are not watched. */
  readonly node: (name: string) => Node | undefined;
}

/** What an event said longer ago than this does not count, milliseconds. */
const EVENT_COUNTS_MS = 600_000;
/** Enough for the last words of etcd and of the scripts around it. */
const logTail = { tailLines: limits.logLines, limitBytes: limits.logBytes, timestamps: true } as const;
/** Of a container that runs: what holds on is written again and again. */
const presentLog = { ...logTail, sinceSeconds: 120 } as const;
/** The kubelet's words, instead of a log, when the runtime has already thrown the log away. */
const LOG_IS_GONE = 'unable to retrieve container logs';

/** The StatefulSet's pods by ordinal, as Kubernetes tells them. @throws ApiError, BeyondLimits */
export async function listPods(
  setup: EtcdSetup,
  { client, node }: PodSources,
  now: Date,
  signal: AbortSignal,
): Promise<readonly PodFacts[]> {
  const { items, metadata } = await client.list<Pod>(podKind, {
    namespace: setup.namespace,
    labelSelector: setup.selector,
    limit: limits.selectedPods,
    signal,
  });
  if (metadata.continue)
    throw new BeyondLimits(`more than ${limits.selectedPods} pods have the labels that it selects (${setup.selector})`);
  const names = podNames(setup);
  return items
    .filter(({ metadata }) => names.includes(metadata.name))
    .map((pod) => viewPod(pod, setup.containerName, isReady(pod.spec?.nodeName, node), now))
    .toSorted((a, b) => names.indexOf(a.name) - names.indexOf(b.name));
}

/**
 * Adds claims to all pods, and events and logs to those that are not well: asked for only while something is wrong.
 *
 * @param suspects further pods to look closer at: members that do not answer as they should.
 * @returns the pods, and what could not be read.
 */
export async function withEvidence(
  pods: readonly PodFacts[],
  suspects: readonly string[],
  setup: EtcdSetup,
  sources: PodSources,
  memory: GuardMemory,
  now: Date,
  signal: AbortSignal,
): Promise<{ readonly pods: readonly PodFacts[]; readonly unread: readonly string[] }> {
  const unread: string[] = [];
  const tried = async <T>(what: string, read: () => Promise<T>, otherwise: T): Promise<T> => {
    try {
      return await read();
    } catch (error) {
      signal.throwIfAborted();
      if (!isApiError(error)) throw error;
      unread.push(`${what} (${error.reason})`);
      return otherwise;
    }
  };
  memory.keepLogs(pods.flatMap(({ crash }) => crash?.containerID ?? []));
  const closer = await Promise.all(
    pods.map(async (pod) => {
      const unwell = !looksWell(pod) || suspects.includes(pod.name);
      const { namespace, claimTemplates } = setup;
      const events = (uid: string | undefined): Promise<readonly EventFacts[]> =>
        unwell && uid !== undefined
          ? tried('events', () => recentEvents(sources.client, namespace, uid, now, signal), [])
          : Promise.resolve([]);
      const claims = await Promise.all(
        claimTemplates.map(async (template): Promise<ClaimFacts> => {
          const name = `${template}-${pod.name}`;
          const claim = await tried(`claim ${name}`, () => readClaim(sources.client, namespace, name, signal), null);
          return { ...viewClaim(name, claim), events: await events(claim?.metadata.uid) };
        }),
      );
      if (!unwell) return { ...pod, claims };
      const lines = await tried(`log of ${pod.name}`, () => linesOf(pod, setup, sources, memory, signal), []);
      return { ...pod, claims, events: await events(pod.uid), lines };
    }),
  );
  return { pods: closer, unread: unread.sort() };
}

function isReady(nodeName: string | undefined, node: PodSources['node']): boolean | undefined {
  const ready =
    nodeName === undefined ? undefined : node(nodeName)?.status?.conditions?.find(({ type }) => type === 'Ready');
  return ready && ready.status === 'True';
}

interface Event extends KubeObject {
  readonly eventTime?: string | null;
  readonly deprecatedLastTimestamp?: string | null;
  readonly series?: { readonly lastObservedTime?: string };
  readonly reason?: string;
  readonly note?: string;
  readonly type?: string;
}

async function recentEvents(
  client: PodSources['client'],
  namespace: string,
  uid: string,
  now: Date,
  signal: AbortSignal,
): Promise<readonly EventFacts[]> {
  const selection = { namespace, fieldSelector: `regarding.uid=${uid}`, limit: limits.eventsRead, signal };
  const { items } = await client.list<Event>(eventKind, selection);
  return items
    .map((event) => ({ event, ms: Date.parse(lastSeen(event)) }))
    .filter(({ ms }) => now.getTime() - ms < EVENT_COUNTS_MS)
    .toSorted((a, b) => a.ms - b.ms)
    .slice(-limits.eventsKept)
    .map(({ event: { reason = '', note = '', type } }) => ({
      reason,
      note: cleanLine(note),
      warning: type === 'Warning',
    }));
}

function lastSeen({ series, deprecatedLastTimestamp, eventTime, metadata }: Event): string {
  return series?.lastObservedTime ?? deprecatedLastTimestamp ?? eventTime ?? metadata.creationTimestamp ?? '';
}

interface Claim extends KubeObject {
  readonly spec?: { readonly storageClassName?: string };
  readonly status?: { readonly phase?: string };
}

async function readClaim(client: PodSources['client'], namespace: string, name: string, signal: AbortSignal) {
  return (await client.get<Claim>(persistentVolumeClaimKind, name, namespace, { signal })) ?? null;
}

function viewClaim(name: string, claim: Claim | null): Omit<ClaimFacts, 'events'> {
  if (!claim) return { name, terminating: false };
  const { metadata, spec, status } = claim;
  return {
    name,
    ...(status?.phase ? { phase: status.phase } : {}),
    ...(spec?.storageClassName === undefined ? {} : { storageClassName: spec.storageClassName }),
    terminating: metadata.deletionTimestamp !== undefined,
    ...(metadata.creationTimestamp ? { createdAt: new Date(metadata.creationTimestamp) } : {}),
  };
}

/** What the crashed container said, then what the present one says. */
async function linesOf(
  { name, crash, container }: PodFacts,
  { namespace, containerName }: EtcdSetup,
  { client }: PodSources,
  memory: GuardMemory,
  signal: AbortSignal,
): Promise<readonly LogLine[]> {
  const read = (options: Omit<PodLogOptions, 'container'>) =>
    client.podLog(namespace, name, { container: containerName, ...options, signal });
  // While a container waits or runs again, `previous` is its last end; while it is terminated, that is the present one.
  const readEnd = async (): Promise<readonly LogLine[]> => {
    const log = await read({ ...logTail, previous: container.state !== 'Terminated' });
    return logLines(log.startsWith(LOG_IS_GONE) ? await read(logTail) : log);
  };
  const last = crash ? await memory.logOf(crash.containerID, readEnd) : [];
  const present = container.state === 'Running' ? logLines(await read(presentLog)) : [];
  return [...last, ...present];
}
