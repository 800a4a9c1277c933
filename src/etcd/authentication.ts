import type { Clock } from '../base/clock.ts';
import { EtcdError } from './errors.ts';

/**
 * A refused password isn't tried again for this long: etcd spends some 70 ms of CPU on each try (bcrypt), and every
 * session store of the target would try.
 */
const refusalHoldsMs = 5_000;

/** The token of one user at one etcd: got once, shared by all calls, got anew when etcd refuses it, or is silent. */
export class Authentication {
  readonly #clock: Clock;
  #login: Promise<string | undefined> | undefined;
  #token: string | undefined;
  /** Monotonic, milliseconds; present while a refused login is held. */
  #refusalEndsMs: number | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The token in use; absent when there is none yet, or etcd does without. */
  get current(): string | undefined {
    return this.#token;
  }

  /** The token. @param login - asks etcd for one; undefined when etcd has authentication off. @throws what `login` throws. */
  token(login: () => Promise<string | undefined>): Promise<string | undefined> {
    if (this.#refusalEndsMs !== undefined && this.#clock.nowMs() >= this.#refusalEndsMs) this.#forget();
    this.#login ??= this.#start(login());
    return this.#login;
  }

  /** etcd refused `token` (undefined: a call without one), or did not answer to it: the next call logs in again. */
  refused(token: string | undefined): void {
    const loginRefused = this.#refusalEndsMs !== undefined;
    if (token === this.#token && !loginRefused) this.#forget();
  }

  #start(login: Promise<string | undefined>): Promise<string | undefined> {
    login.then(
      (token) => {
        this.#token = token;
      },
      (error: unknown) => {
        this.#forget();
        if (!(error instanceof EtcdError) || error.code !== 'Unauthenticated') return;
        this.#login = login;
        this.#refusalEndsMs = this.#clock.nowMs() + refusalHoldsMs;
      },
    );
    return login;
  }

  #forget(): void {
    this.#login = undefined;
    this.#token = undefined;
    this.#refusalEndsMs = undefined;
  }
}
