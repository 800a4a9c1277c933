import { EtcdError } from './errors.ts';
import type { EtcdClient, SessionSnapshot, SessionStore, SessionStoreState } from './types.ts';

/** One holder's share of a session store: once given back it reads no more and its subscriptions have ended. */
export class SessionStoreHandle implements SessionStore, Disposable {
  readonly #store: SessionStore;
  readonly #giveBack: () => void;
  readonly #subscriptions = new Set<Disposable>();
  #givenBack = false;

  constructor(store: SessionStore, giveBack: () => void) {
    this.#store = store;
    this.#giveBack = giveBack;
  }

  get state(): SessionStoreState {
    return this.#store.state;
  }

  get client(): EtcdClient {
    return this.#store.client;
  }

  async read(signal?: AbortSignal): Promise<SessionSnapshot> {
    if (this.#givenBack)
      throw new EtcdError('Other', 'This session store was given back and reads no more.', { retryable: false });
    return this.#store.read(signal);
  }

  subscribe(listener: () => void): Disposable {
    if (this.#givenBack) return { [Symbol.dispose]: () => undefined };
    const subscription = this.#store.subscribe(listener);
    this.#subscriptions.add(subscription);
    return {
      [Symbol.dispose]: () => {
        this.#subscriptions.delete(subscription);
        subscription[Symbol.dispose]();
      },
    };
  }

  [Symbol.dispose](): void {
    if (this.#givenBack) return;
    this.#givenBack = true;
    for (const subscription of this.#subscriptions) subscription[Symbol.dispose]();
    this.#subscriptions.clear();
    this.#giveBack();
  }
}
