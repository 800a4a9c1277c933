import type { Clock } from '../base/clock.ts';
import type { KubeClient } from '../kube/client.ts';
import { eventKind } from '../kube/events.ts';
import { isApiError } from '../kube/errors.ts';
import type { KubeObject, Stored } from '../kube/objects.ts';
import type { PairMemory } from './memory.ts';

/** A pod that is being replaced is missing for a moment. */
const MISSING_FOR_MS = 3_000;

/** How often the API server is asked while a pod stays missing. */
const ASK_EVERY_MS = 15_000;

const FAILED = 'FailedCreate';
const MADE = 'SuccessfulCreate';

interface Event extends KubeObject {
  readonly reason?: string;
  readonly note?: string;
  readonly eventTime?: string | null;
  readonly deprecatedLastTimestamp?: string | null;
  readonly series?: { readonly lastObservedTime?: string };
}

/**
 * Why a StatefulSet cannot make a pod that is missing: a service account or priority class that does not exist, a quota,
 * an admission policy. Only the event FailedCreate of the StatefulSet's controller tells (Kubernetes 1.30 and older and
 * newer; its status has no condition for it).
 *
 * @param statefulSet undefined: no pod is missing
 * @returns undefined where nothing is known to hold it up, or events may not be read.
 */
export async function whyNotCreated(
  statefulSet: Stored<KubeObject> | undefined,
  { client, clock }: { readonly client: KubeClient; readonly clock: Clock },
  memory: PairMemory,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (!statefulSet) {
    memory.podMissing = undefined;
    return undefined;
  }
  const nowMs = clock.nowMs();
  const missing = (memory.podMissing ??= { sinceMs: nowMs });
  if (nowMs - missing.sinceMs < MISSING_FOR_MS) return undefined;
  if (missing.askedMs !== undefined && nowMs - missing.askedMs < ASK_EVERY_MS) return missing.why;
  const why = await lastFailure(statefulSet, client, signal);
  memory.podMissing = { ...missing, askedMs: nowMs, ...(why === undefined ? {} : { why }) };
  return why;
}

/** When {@link whyNotCreated} has something new to ask, milliseconds from now; undefined: no pod is missing. */
export function nextAskMs({ podMissing }: PairMemory, nowMs: number): number | undefined {
  if (!podMissing) return undefined;
  const { sinceMs, askedMs } = podMissing;
  return (askedMs === undefined ? sinceMs + MISSING_FOR_MS : askedMs + ASK_EVERY_MS) - nowMs;
}

async function lastFailure(
  { metadata: { namespace, name, uid } }: Stored<KubeObject>,
  client: KubeClient,
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    const fieldSelector = `regarding.uid=${uid}`;
    const { items } = await client.list<Event>(eventKind, {
      ...(namespace ? { namespace } : {}),
      fieldSelector,
      signal,
    });
    const note = failureThatLasts(items)?.note;
    return note === undefined ? undefined : `StatefulSet ${name}: ${note}`;
  } catch (error) {
    if (!isApiError(error)) throw error;
    return undefined;
  }
}

/** The newest failure after which its pod was not made: events are kept for an hour, and what they tell may be over. */
function failureThatLasts(events: readonly Event[]): Event | undefined {
  const oldestFirst = events
    .filter(({ reason }) => reason === FAILED || reason === MADE)
    .toSorted((a, b) => lastSeenMs(a) - lastSeenMs(b) || Number(a.reason === MADE) - Number(b.reason === MADE));
  const lastOfPod = new Map(oldestFirst.map((event) => [podOf(event), event]));
  return oldestFirst.findLast((event) => event.reason === FAILED && lastOfPod.get(podOf(event)) === event);
}

/** `Create Pod rootcoord-0 in StatefulSet rootcoord failed error: ...` (1.35), or `... successful`. */
function podOf({ note = '' }: Event): string {
  return /^create Pod (\S+) /i.exec(note)?.[1] ?? '';
}

function lastSeenMs({ series, deprecatedLastTimestamp, eventTime, metadata }: Event): number {
  const text = series?.lastObservedTime ?? deprecatedLastTimestamp ?? eventTime ?? metadata.creationTimestamp ?? '';
  return Date.parse(text) || 0;
}
