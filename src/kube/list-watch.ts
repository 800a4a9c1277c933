import { backoffMs, jittered } from './backoff.ts';
import type { KubeClient, Selection, WatchEvent } from './client.ts';
import { sleep, type Clock } from '../base/clock.ts';
import { isApiError, isExpired } from './errors.ts';
import { listPages } from './list-pages.ts';
import type { KubeObject, ResourceKind, Stored } from './objects.ts';

/** What following a collection brings. */
export type Sighting<T extends KubeObject> =
  /** The whole collection. */
  | { readonly type: 'listed'; readonly objects: readonly Stored<T>[] }
  /** One object of it. */
  | { readonly type: 'watched'; readonly event: Exclude<WatchEvent<T>, { type: 'BOOKMARK' }> }
  /** A list or a watch failed; the next try comes by itself. */
  | { readonly type: 'failed'; readonly error: unknown; readonly failures: number; readonly retryInMs: number };

/** What to follow, and how. */
export interface ListWatchOptions<T extends KubeObject> {
  readonly client: KubeClient;
  readonly kind: ResourceKind;
  readonly selection: Omit<Selection, 'signal'>;
  /** Applied to every object before anything else holds it. */
  readonly trim: (object: Stored<T>) => Stored<T>;
  /** The server has accepted a watch: from here on nothing is missed. */
  readonly onConnected: () => void;
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly random: () => number;
}

const backoff = { firstMs: 200, longestMs: 15_000 };
/** A watch that lived this long without a word was a good one, milliseconds. */
const goodLifeMs = 1_000;

/**
 * Lists a collection and follows it by watches for ever. However a watch ends, the next one goes on from the last
 * version seen, so nothing is missed; when the server no longer remembers that version (410) the collection is listed
 * again. Failures in a row wait longer and longer; a watch that worked starts that over, and its proper end is
 * followed by the next one at once.
 *
 * Ends, without throwing, when the signal is aborted.
 */
export async function* listWatch<T extends KubeObject>(options: ListWatchOptions<T>): AsyncGenerator<Sighting<T>> {
  const { client, kind, selection, trim, onConnected, signal, clock, random } = options;
  let resourceVersion: string | undefined;
  let failures = 0;
  const stopped = (): boolean => signal.aborted;
  while (!stopped()) {
    const watch: { openedMs?: number } = {};
    let delayMs = 0;
    try {
      if (resourceVersion === undefined) {
        const list = await listed(options);
        yield { type: 'listed', objects: list.objects };
        resourceVersion = list.resourceVersion;
      }
      const onOpen = (): void => {
        watch.openedMs = clock.nowMs();
        onConnected();
      };
      for await (const event of client.watch<T>(kind, { ...selection, resourceVersion, signal, onOpen })) {
        if (event.type === 'BOOKMARK') resourceVersion = event.resourceVersion;
        else {
          yield { type: 'watched', event: { type: event.type, object: trim(event.object) } };
          resourceVersion = event.object.metadata.resourceVersion;
        }
        failures = 0;
      }
      if (livedWell(watch.openedMs, clock)) failures = 0;
      else {
        // Closed as soon as opened, without an error: a server or a proxy that does so for ever must not be hammered.
        failures += 1;
        delayMs = jittered(backoffMs(backoff, failures), random);
      }
    } catch (error) {
      if (stopped()) return;
      if (isExpired(error)) resourceVersion = undefined;
      failures = livedWell(watch.openedMs, clock) ? 1 : failures + 1;
      delayMs = retryInMs(error, failures, random);
      yield { type: 'failed', error, failures, retryInMs: delayMs };
    }
    if (delayMs > 0) await sleep(clock, delayMs, signal).catch(() => undefined);
  }
}

function livedWell(openedMs: number | undefined, clock: Clock): boolean {
  return openedMs !== undefined && clock.nowMs() - openedMs >= goodLifeMs;
}

async function listed<T extends KubeObject>({
  client,
  kind,
  selection,
  trim,
  signal,
}: ListWatchOptions<T>): Promise<{ objects: Stored<T>[]; resourceVersion: string }> {
  const objects: Stored<T>[] = [];
  let resourceVersion = '';
  for await (const { items, metadata } of listPages<T>(client, kind, { ...selection, signal })) {
    for (const item of items) objects.push(trim(item));
    ({ resourceVersion } = metadata);
  }
  return { objects, resourceVersion };
}

function retryInMs(error: unknown, failures: number, random: () => number): number {
  const askedMs = isApiError(error) ? (error.retryAfterSeconds ?? 0) * 1000 : 0;
  return askedMs + jittered(backoffMs(backoff, failures), random);
}
