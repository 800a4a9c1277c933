import type { CallOptions } from '@grpc/grpc-js';
import type { Etcd3 } from 'etcd3';
import { abortable } from './abortable.ts';
import { Authentication } from './authentication.ts';
import { makeCall, type Outcome } from './call.ts';
import { systemClock, type Clock } from '../base/clock.ts';
import {
  fromStatus,
  fromThrown,
  isAuthNotEnabled,
  isLate,
  isTokenRefused,
  type CallStatus,
  type EtcdError,
  type EtcdErrorCode,
} from './errors.ts';
import { Link, type LinkNumbers } from './link.ts';
import type { EtcdTarget } from './types.ts';
import { runWatch, type WatchListener } from './watch-stream.ts';

/** A call must be over after this long, milliseconds, tries at further endpoints and a login included. */
const callDeadlineMs = 2_000;

/** A call to make through etcd3's low-level clients. */
export interface EtcdCall<T> {
  /** For messages, a gerund phrase: `reading the keys below "by-dev/meta/session/"`. */
  readonly what: string;
  readonly send: (etcd: Etcd3, options: CallOptions) => Promise<T>;
  /** For what takes longer than a question; default two seconds. */
  readonly deadlineMs?: number;
  /**
   * Asked without a user until etcd wants one: nobody can log in without a quorum. These etcd answers all the same, 3.5.5
   * to everybody, 3.5.35 to those that show a certificate.
   */
  readonly userless?: boolean;
}

/** What an endpoint answered, or why it did not. */
export type EndpointAnswer<T> =
  { readonly endpoint: string; readonly answer: T } | { readonly endpoint: string; readonly error: EtcdError };

/** After these the connection is given up for one to the next endpoint. */
const brokenLink: ReadonlySet<EtcdErrorCode> = new Set([
  'Unavailable',
  'DeadlineExceeded',
  'NoLeader',
  'NotAllowed',
  'TLS',
]);

/**
 * The way to one etcd. All calls and watches go over one connection to one endpoint until it fails; then its watches
 * end and everything moves on to the next endpoint.
 *
 * Calls must be fit for repetition: one that failed may be sent again, to the same or another endpoint.
 */
export class EtcdConnection implements Disposable {
  readonly #target: EtcdTarget;
  readonly #nextLinkNumber: LinkNumbers;
  readonly #authentication: Authentication | undefined;
  readonly #logInMs: number | undefined;
  #link: Link | undefined;
  #endpointIndex: number;
  #disposed = false;

  /** @param logInMs - how long a login may take on top of a call's own time; absent: it is part of that. */
  constructor(target: EtcdTarget, nextLinkNumber: LinkNumbers, clock: Clock = systemClock, logInMs?: number) {
    this.#logInMs = logInMs;
    this.#target = target;
    this.#nextLinkNumber = nextLinkNumber;
    this.#authentication = target.auth === undefined ? undefined : new Authentication(clock);
    this.#endpointIndex = Math.floor(Math.random() * target.endpoints.length);
  }

  /** Makes a call; an endpoint that can't be reached is passed over. @throws EtcdError, or the signal's reason. */
  async call<T>(call: EtcdCall<T>, signal?: AbortSignal): Promise<T> {
    const deadlineMs = Date.now() + (call.deadlineMs ?? callDeadlineMs);
    for (let endpointsLeft = this.#target.endpoints.length; ; endpointsLeft--) {
      signal?.throwIfAborted();
      const link = this.#open(call.what);
      try {
        return await this.#callOn(link, call, deadlineMs, signal);
      } catch (error) {
        signal?.throwIfAborted();
        const failed = this.#failed(link, error, call.what);
        const passOver = brokenLink.has(failed.code) && failed.code !== 'DeadlineExceeded' && endpointsLeft > 1;
        if (!passOver || Date.now() >= deadlineMs) throw failed;
      }
    }
  }

  /** Makes a call at each endpoint by itself, in the target's order. @throws the signal's reason. */
  async callEach<T>(call: EtcdCall<T>, signal?: AbortSignal): Promise<readonly EndpointAnswer<T>[]> {
    await this.#logInAnywhere(signal);
    const deadlineMs = Date.now() + callDeadlineMs;
    const ask = async (endpoint: string): Promise<EndpointAnswer<T>> => {
      const kept = this.#link?.endpoint === endpoint ? this.#link : undefined;
      try {
        if (kept !== undefined) return { endpoint, answer: await this.#callOn(kept, call, deadlineMs, signal) };
        using link = this.#newLink(endpoint, call.what);
        return { endpoint, answer: await this.#callOn(link, call, deadlineMs, signal) };
      } catch (error) {
        return { endpoint, error: fromThrown(error, { what: call.what, endpoints: [endpoint] }) };
      }
    };
    const answers = await Promise.all(this.#target.endpoints.map(ask));
    signal?.throwIfAborted();
    return answers;
  }

  /** Watches the keys below `prefix` from now on until the watch breaks. @throws EtcdError, or the signal's reason. */
  async watch(prefix: string, listener: WatchListener, signal: AbortSignal): Promise<never> {
    const what = `watching the keys below "${prefix}"`;
    signal.throwIfAborted();
    const link = this.#open(what);
    try {
      const token = await abortable(this.#token(link), signal);
      const status = await runWatch(link, { prefix, token, listener, signal, createWithinMs: callDeadlineMs });
      if (isDoubtful(token, status)) this.#authentication?.refused(token);
      throw fromStatus(status, { what, endpoints: [link.endpoint] });
    } catch (error) {
      signal.throwIfAborted();
      throw this.#failed(link, error, what);
    }
  }

  [Symbol.dispose](): void {
    this.#disposed = true;
    this.#link?.[Symbol.dispose]();
    this.#link = undefined;
  }

  async #callOn<T>(
    link: Link,
    { what, send, userless = false }: EtcdCall<T>,
    deadlineMs: number,
    signal: AbortSignal | undefined,
  ): Promise<T> {
    for (let mayLogInAgain = this.#authentication !== undefined; ; mayLogInAgain = false) {
      const startedMs = Date.now();
      const asIs = userless && mayLogInAgain;
      const token = asIs ? this.#authentication?.current : await abortable(this.#token(link), signal);
      const lateMs = this.#logInMs === undefined ? 0 : Date.now() - startedMs;
      const spec = { token, deadlineMs: deadlineMs + lateMs, signal };
      const outcome = await makeCall(spec, (options) => send(link.etcd, options));
      const status = outcome.ok ? undefined : outcome.status;
      const tokenRefused = status !== undefined && isTokenRefused(status);
      if (status !== undefined && isDoubtful(token, status)) this.#authentication?.refused(token);
      if (!tokenRefused || !mayLogInAgain) return valueOf(outcome, what, link.endpoint);
    }
  }

  #token(link: Link): Promise<string | undefined> {
    if (this.#authentication === undefined) return Promise.resolve(undefined);
    return this.#authentication.token(() => this.#logIn(link));
  }

  /** So that one endpoint that is down doesn't stand in the way of asking the others; a failure shows when they are asked. */
  async #logInAnywhere(signal: AbortSignal | undefined): Promise<void> {
    if (this.#authentication === undefined || this.#authentication.current !== undefined) return;
    try {
      await this.call({ what: 'logging in', send: () => Promise.resolve() }, signal);
    } catch {
      signal?.throwIfAborted();
    }
  }

  async #logIn(link: Link): Promise<string | undefined> {
    const { username, password } = this.#target.auth ?? { username: '', password: '' };
    // A member without a leader says so at once; it would be silent, for it asks the quorum before it looks at the password.
    const spec = {
      token: undefined,
      deadlineMs: Date.now() + (this.#logInMs ?? callDeadlineMs),
      requireLeader: true,
      signal: undefined,
    };
    const outcome = await makeCall(spec, (options) =>
      link.etcd.auth.authenticate({ name: username, password }, options),
    );
    if (!outcome.ok && outcome.status !== undefined && isAuthNotEnabled(outcome.status)) return undefined;
    return valueOf(outcome, `logging in as "${username}"`, link.endpoint).token;
  }

  #open(what: string): Link {
    if (this.#link !== undefined) return this.#link;
    const endpoint = this.#target.endpoints[this.#endpointIndex];
    if (this.#disposed || endpoint === undefined) {
      const details = this.#disposed ? 'the connection was closed by its owner' : 'there is no endpoint';
      throw fromStatus({ details }, { what, endpoints: this.#target.endpoints });
    }
    this.#link = this.#newLink(endpoint, what);
    return this.#link;
  }

  #newLink(endpoint: string, what: string): Link {
    try {
      return new Link(this.#target, endpoint, this.#nextLinkNumber());
    } catch (thrown) {
      throw fromThrown(thrown, { what, endpoints: [endpoint] });
    }
  }

  /** Judges a failure, and gives the link up if it is broken and still in use. */
  #failed(link: Link, thrown: unknown, what: string): EtcdError {
    const error = fromThrown(thrown, { what, endpoints: [link.endpoint] });
    if (brokenLink.has(error.code) && this.#link === link) {
      this.#link = undefined;
      this.#endpointIndex = (this.#endpointIndex + 1) % this.#target.endpoints.length;
      link[Symbol.dispose]();
    }
    return error;
  }
}

/** Whether another token may help. */
function isDoubtful(token: string | undefined, status: CallStatus): boolean {
  return isTokenRefused(status) || (token !== undefined && isLate(status));
}

function valueOf<T>(outcome: Outcome<T>, what: string, endpoint: string): T {
  if (outcome.ok) return outcome.value;
  const asked = { what, endpoints: [endpoint] };
  throw outcome.status === undefined ? fromThrown(outcome.thrown, asked) : fromStatus(outcome.status, asked);
}
