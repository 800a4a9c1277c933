import { request, type Dispatcher } from 'undici';
import { sleep, type Clock } from '../base/clock.ts';
import { limits } from '../base/limits.ts';
import { Connections } from './connections.ts';
import { CredentialReader, type CredentialSource } from './credentials.ts';
import { answerTooLarge, ApiError, isApiError, refusal, timedOut, unreachable } from './errors.ts';
import { Limiter } from '../base/limiter.ts';
import { retryDelayMs, type Repeatable } from './retry.ts';

/** One call, ready for the wire. */
export interface HttpCall {
  /** For messages: `get pods default/web-0`. */
  readonly action: string;
  /** Kubernetes' verb, for metrics: get, list, watch, create, update, patch, delete. */
  readonly verb: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Path and query. */
  readonly path: string;
  readonly contentType?: string;
  readonly body?: string;
  readonly repeatable: Repeatable;
  readonly signal?: AbortSignal | undefined;
}

/** What is told of every request sent, for metrics. */
export interface RequestReport {
  readonly verb: string;
  /** Host and port of the API server. */
  readonly host: string;
  /** HTTP status; 0 without an answer. */
  readonly code: number;
  /** Until the answer was read; for a watch until it was open. */
  readonly durationMs: number;
}

/** What a session needs. */
export interface HttpSessionOptions extends CredentialSource {
  readonly userAgent: string;
  /** For one try of one call, milliseconds. */
  readonly deadlineMs: number;
  /** Calls under way at once; watches do not count. */
  readonly maxConcurrent: number;
  readonly onRequest: (report: RequestReport) => void;
  readonly clock: Clock;
  readonly random: () => number;
}

/** Sends calls: credentials, deadline, bounded concurrency, retries, errors as ApiError. Knows nothing of objects. */
export class HttpSession implements AsyncDisposable {
  readonly #options: HttpSessionOptions;
  readonly #credentials: CredentialReader;
  readonly #connections: Connections;
  readonly #limiter: Limiter;

  constructor(options: HttpSessionOptions) {
    this.#options = options;
    this.#credentials = new CredentialReader(options, options.clock);
    this.#connections = new Connections(options.deadlineMs, options.maxConcurrent);
    this.#limiter = new Limiter(options.maxConcurrent);
  }

  /** Sends a call, repeatedly where allowed. @returns the parsed answer. @throws ApiError, or the signal's reason. */
  async call(call: HttpCall): Promise<unknown> {
    return parse(call.action, await this.text(call));
  }

  /** As {@link call}, for an answer that is text. */
  async text(call: HttpCall): Promise<string> {
    const { clock, random, deadlineMs } = this.#options;
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#limiter.run(call.signal, () =>
          this.#withFreshCredentials(() => this.#send(call, deadlineMs, ({ body }) => boundedText(call.action, body))),
        );
      } catch (error) {
        const delayMs = retryDelayMs(error, attempt, call.repeatable, random);
        if (delayMs === undefined) throw error;
        await sleep(clock, delayMs, call.signal);
      }
    }
  }

  /**
   * Opens an answer that goes on. One try. Ending the iteration, or aborting the call's signal, closes it.
   *
   * @throws ApiError, or the signal's reason.
   */
  open(call: HttpCall): Promise<AsyncIterable<Buffer>> {
    return this.#withFreshCredentials(() =>
      this.#send(call, this.#options.deadlineMs, ({ body }) => Promise.resolve(body as AsyncIterable<Buffer>)),
    );
  }

  /** Breaks what is under way and closes every connection. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.#connections[Symbol.asyncDispose]();
  }

  /** A token may have been rotated since it was read: one more try with a new one. A 401 was not carried out. */
  async #withFreshCredentials<R>(send: () => Promise<R>): Promise<R> {
    try {
      return await send();
    } catch (error) {
      if (!isApiError(error) || !(error.code === 401 || isUntrusted(error))) throw error;
      this.#credentials.forget();
      return send();
    }
  }

  async #send<R>(
    call: HttpCall,
    deadlineMs: number,
    consume: (answer: Dispatcher.ResponseData) => Promise<R>,
  ): Promise<R> {
    const { clock, onRequest, userAgent } = this.#options;
    const startedMs = clock.nowMs();
    const abort = new AbortController();
    const onAbort = (): void => abort.abort(call.signal?.reason);
    call.signal?.throwIfAborted();
    call.signal?.addEventListener('abort', onAbort, { once: true });
    const deadline = clock.schedule(deadlineMs, () => abort.abort(timedOut(call.action, deadlineMs)));
    let code = 0;
    let host = '';
    try {
      const credentials = await this.#credentials.current();
      host = new URL(credentials.server).host;
      const answer = await request(credentials.server + call.path, {
        dispatcher: this.#connections.for(credentials, call.verb === 'watch' ? 'watches' : 'calls'),
        method: call.method,
        headers: headersOf(call, userAgent, credentials.headers),
        body: call.body ?? null,
        signal: abort.signal,
        // The deadline above covers both; a watch may be silent for long and watches itself.
        headersTimeout: 0,
        bodyTimeout: 0,
      });
      code = answer.statusCode;
      if (code >= 300) throw await refused(call.action, answer, clock);
      return await consume(answer);
    } catch (error) {
      call.signal?.removeEventListener('abort', onAbort);
      abort.signal.throwIfAborted();
      throw isApiError(error) ? error : unreachable(call.action, error);
    } finally {
      deadline[Symbol.dispose]();
      // An open watch goes on listening: its signal is its own and ends with it.
      if (call.verb !== 'watch') call.signal?.removeEventListener('abort', onAbort);
      onRequest({ verb: call.verb, host, code, durationMs: clock.nowMs() - startedMs });
    }
  }
}

/** @throws ApiError when it is longer than anything that the operator asks for. */
async function boundedText(action: string, body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    // Leaving the loop closes the connection.
    if (bytes > limits.apiAnswerBytes) throw answerTooLarge(action, limits.apiAnswerBytes);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function headersOf(call: HttpCall, userAgent: string, auth: Readonly<Record<string, string>>): Record<string, string> {
  return {
    accept: 'application/json',
    'user-agent': userAgent,
    ...(call.contentType === undefined ? {} : { 'content-type': call.contentType }),
    ...auth,
  };
}

async function refused(action: string, answer: Dispatcher.ResponseData, clock: Clock): Promise<ApiError> {
  const text = await boundedText(action, answer.body);
  const retryAfter = answer.headers['retry-after'];
  return refusal({
    action,
    code: answer.statusCode,
    body: text.startsWith('{') ? parseOrNothing(text) : undefined,
    retryAfter: typeof retryAfter === 'string' ? retryAfter : undefined,
    now: clock.wallTime(),
  });
}

function parse(action: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // JSON.parse quotes the text it fails on, and that may be a Secret: it is not kept as the cause.
    throw new ApiError(`${action}: the answer is not JSON`, { code: 0, reason: 'InvalidAnswer' });
  }
}

function parseOrNothing(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The server's certificate is not signed by the CA that we read: it may have been rotated. */
function isUntrusted({ cause }: ApiError): boolean {
  return typeof cause === 'object' && cause !== null && 'code' in cause && untrusted.has(cause.code);
}

const untrusted = new Set<unknown>([
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'CERT_SIGNATURE_FAILURE',
]);
