import type { WatchEvent } from './client.ts';
import type { Clock } from '../base/clock.ts';
import { ApiError, isApiError, refusal, unreachable } from './errors.ts';
import type { KubeObject, Stored } from './objects.ts';

/**
 * How long one watch lasts, seconds: 30 to 40, chosen by the client, ended by the server.
 *
 * A watch over HTTP/1.1 cannot be asked whether it lives, and silence proves nothing: the API server's bookmarks are a
 * minute apart. But it also sends one two seconds before a watch's own end (cache_watcher.go nextBookmarkTime; seen on
 * 1.35: whenever any object of the kind has changed meanwhile, selected or not), and then ends the answer properly, so
 * that the connection is used again without a new handshake. So a short life costs one small GET, keeps the resource
 * version young (a quiet watch resumed without a bookmark soon meets 410), and makes a half-open watch known: it is
 * one that outlives its own end. client-go's 5 to 10 minutes, broken off after 40 s of silence instead, would lose
 * both the connection and the bookmark.
 */
const lifeSeconds = { shortest: 30, longest: 40 };
/** How much later than its end a watch may end, milliseconds. With the above: a stall is found within 43 s. */
const graceMs = 3_000;

/** A line longer than this is garbage: the API server's own limit for an object is 3 MiB. */
const longestLine = 16 << 20;

/** What a watch needs from its surroundings. */
export interface WatchStreamOptions {
  /** For messages: `watch pods in all namespaces`. */
  readonly action: string;
  /** Sends the request. Aborting the signal closes the answer. */
  readonly open: (timeoutSeconds: number, signal: AbortSignal) => Promise<AsyncIterable<Uint8Array>>;
  /** Called when the server has accepted the watch. */
  readonly onOpen?: (() => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly clock: Clock;
  readonly random: () => number;
}

/**
 * The events of one watch until the server ends it. Ending the iteration early closes it.
 *
 * @throws ApiError: the server's refusal or ERROR line (410 Expired: list again), InvalidAnswer for a line that is
 * none, Unreachable for a broken connection, Timeout for one that stalls; or the signal's reason.
 */
export async function* watchStream<T extends KubeObject>(options: WatchStreamOptions): AsyncGenerator<WatchEvent<T>> {
  const { action, signal, clock, random } = options;
  signal?.throwIfAborted();
  const timeoutSeconds = Math.round(lifeSeconds.shortest + random() * (lifeSeconds.longest - lifeSeconds.shortest));
  const close = new AbortController();
  const onAbort = (): void => close.abort(signal?.reason);
  signal?.addEventListener('abort', onAbort, { once: true });
  const limitMs = timeoutSeconds * 1000 + graceMs;
  const end = clock.schedule(limitMs, () => close.abort(stalled(action, limitMs)));
  try {
    const body = await options.open(timeoutSeconds, close.signal);
    options.onOpen?.();
    for await (const line of linesOf(body, action)) yield eventOf<T>(line, action, clock);
  } catch (error) {
    close.signal.throwIfAborted();
    throw isApiError(error) ? error : unreachable(action, error);
  } finally {
    end[Symbol.dispose]();
    signal?.removeEventListener('abort', onAbort);
    close.abort();
  }
}

function stalled(action: string, afterMs: number): ApiError {
  const said = `${action}: still open after ${afterMs} ms, past the end asked for: the connection is half-open`;
  return new ApiError(said, { code: 0, reason: 'Timeout' });
}

/** @throws ApiError InvalidAnswer for an endless or a cut-off line. */
async function* linesOf(body: AsyncIterable<Uint8Array>, action: string): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of body) {
    rest += decoder.decode(chunk, { stream: true });
    let start = 0;
    for (let end = rest.indexOf('\n'); end !== -1; end = rest.indexOf('\n', start)) {
      if (end > start) yield rest.slice(start, end);
      start = end + 1;
    }
    rest = rest.slice(start);
    if (rest.length > longestLine) throw invalid(action, 'a line does not end');
  }
  if (rest !== '') throw invalid(action, 'the last line is cut off');
}

function eventOf<T extends KubeObject>(line: string, action: string, clock: Clock): WatchEvent<T> {
  const { type, object } = parse(line, action);
  switch (type) {
    case 'ADDED':
    case 'MODIFIED':
    case 'DELETED':
      if (!isStored(object)) throw invalid(action, 'an event holds no object');
      return { type, object: object as Stored<T> };
    case 'BOOKMARK':
      if (!isStored(object)) throw invalid(action, 'a bookmark holds no version');
      return { type, resourceVersion: object.metadata.resourceVersion };
    case 'ERROR':
      throw refusal({ action, code: codeOf(object), body: object, now: clock.wallTime() });
    default:
      throw invalid(action, 'an event has no known type');
  }
}

/** The text is not kept: it may be a Secret. */
function parse(line: string, action: string): { readonly type?: unknown; readonly object?: unknown } {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    throw invalid(action, 'a line is not JSON');
  }
}

function invalid(action: string, why: string): ApiError {
  return new ApiError(`${action}: ${why}`, { code: 0, reason: 'InvalidAnswer' });
}

function codeOf(status: unknown): number {
  return typeof status === 'object' && status !== null && 'code' in status && typeof status.code === 'number'
    ? status.code
    : 500;
}

function isStored(object: unknown): object is Stored<KubeObject> {
  if (typeof object !== 'object' || object === null || !('metadata' in object)) return false;
  const { metadata } = object;
  return (
    typeof metadata === 'object' &&
    metadata !== null &&
    'resourceVersion' in metadata &&
    typeof metadata.resourceVersion === 'string'
  );
}
