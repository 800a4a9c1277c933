import type { EtcdClient, SessionStore, SessionStores } from '../../../src/etcd/types.ts';
import type { KubeClient } from '../../../src/kube/client.ts';

/** The operator was killed. */
export class OperatorKilled extends Error {
  override readonly name = 'OperatorKilled';
}

/** At which of its changes to the world an operator dies, and whether that one still comes about. */
export interface CrashPoint {
  readonly change: number;
  readonly when: 'before' | 'after';
}

/** The life of one operator process: every change it makes is written down, and at its crash point it ends. */
export class OperatorLife {
  /** `verb Kind name`, in order: what was done, the last one too that a dying operator had already sent. */
  readonly changes: string[];
  readonly #crash: CrashPoint | undefined;
  #begun = 0;
  #dead = false;

  /** @param changes where to write down; a next life goes on in the same list. */
  constructor(changes: string[], crash?: CrashPoint) {
    this.changes = changes;
    this.#crash = crash;
  }

  /** The same client, as this operator has it. */
  client(real: KubeClient): KubeClient {
    return {
      get: (...args) => this.#reading(() => real.get(...args)),
      list: (...args) => this.#reading(() => real.list(...args)),
      watch: (...args) => real.watch(...args),
      create: (kind, object, options) =>
        this.#changing(`create ${kind.kind} ${object.metadata.name}`, () => real.create(kind, object, options)),
      update: (kind, object, options) =>
        this.#changing(`update ${kind.kind} ${object.metadata.name}`, () => real.update(kind, object, options)),
      apply: (kind, object, options) => {
        const what = options?.subresource ?? object.metadata.name;
        return this.#changing(`apply ${kind.kind} ${what}`, () => real.apply(kind, object, options));
      },
      mergePatch: (kind, name, namespace, patch, options) =>
        this.#changing(`patch ${kind.kind} ${name}`, () => real.mergePatch(kind, name, namespace, patch, options)),
      delete: (kind, name, namespace, options) =>
        this.#changing(`delete ${kind.kind} ${name}`, () => real.delete(kind, name, namespace, options)),
    };
  }

  /** The same session stores, as this operator has them. */
  stores(real: SessionStores): SessionStores {
    return {
      acquire: (target, prefix) => {
        const store = real.acquire(target, prefix);
        const client: EtcdClient = {
          range: (...args) => store.client.range(...args),
          leaseTimeToLive: (...args) => store.client.leaseTimeToLive(...args),
          leaseRevoke: (...args) => this.#changing('revoke', () => store.client.leaseRevoke(...args)),
          endpointStatuses: (...args) => store.client.endpointStatuses(...args),
        };
        return {
          client,
          get state() {
            return store.state;
          },
          read: (signal) => this.#reading(() => store.read(signal)),
          subscribe: (listener) => store.subscribe(listener),
          [Symbol.dispose]: () => store[Symbol.dispose](),
        } satisfies SessionStore & Disposable;
      },
    };
  }

  #reading<T>(call: () => Promise<T>): Promise<T> {
    return this.#dead ? Promise.reject(new OperatorKilled()) : call();
  }

  async #changing<T>(what: string, call: () => Promise<T>): Promise<T> {
    if (this.#dead) throw new OperatorKilled();
    const isLast = ++this.#begun === this.#crash?.change;
    if (isLast && this.#crash.when === 'before') {
      this.#dead = true;
      throw new OperatorKilled();
    }
    const answer = await call();
    this.changes.push(what);
    if (isLast) {
      this.#dead = true;
      throw new OperatorKilled();
    }
    return answer;
  }
}
