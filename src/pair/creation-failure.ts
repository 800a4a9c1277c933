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

interface Event extends KubeObject {
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

async function lastFailure(
  { metadata: { namespace, name, uid } }: Stored<KubeObject>,
  client: KubeClient,
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    const fieldSelector = `regarding.uid=${uid},reason=FailedCreate`;
    const { items } = await client.list<Event>(eventKind, {
      ...(namespace ? { namespace } : {}),
      fieldSelector,
      signal,
    });
    const [newest] = items.toSorted((a, b) => lastSeenMs(b) - lastSeenMs(a));
    return newest?.note === undefined ? undefined : `StatefulSet ${name}: ${newest.note}`;
  } catch (error) {
    if (!isApiError(error)) throw error;
    return undefined;
  }
}

function lastSeenMs({ series, deprecatedLastTimestamp, eventTime, metadata }: Event): number {
  const text = series?.lastObservedTime ?? deprecatedLastTimestamp ?? eventTime ?? metadata.creationTimestamp ?? '';
  return Date.parse(text) || 0;
}
