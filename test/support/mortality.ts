import type { ConnectAdmin, MemberAdmin } from '../../src/etcd/member-admin.ts';
import type { EtcdClient, SessionStore, SessionStores } from '../../src/etcd/types.ts';
import type { KubeClient } from '../../src/kube/client.ts';
import type { PodLogs } from '../../src/kube/pod-logs.ts';

/** The operator was killed. */
export class OperatorKilled extends Error {
  override readonly name = 'OperatorKilled';
}

/** A change to the world that an operator is about to make. */
export interface Change {
  /** `verb Kind name`, or what etcd is asked for. */
  readonly what: string;
  /** The object or patch that is sent, where there is one. */
  readonly body?: object;
}

/** What becomes of an operator at a change. */
export type Verdict = 'lives' | 'dies before' | 'dies after';

/** Decides it; as long as a promise is not kept the call is held, neither done nor failed. */
export type Fate = (change: Change) => Verdict | Promise<Verdict>;

/** At which of its changes to the world an operator dies, and whether that one still comes about. */
export interface CrashPoint {
  readonly change: number;
  readonly when: 'before' | 'after';
}

/** Dies at the crash point, if any. */
export function fateOf(crash?: CrashPoint): Fate {
  let begun = 0;
  return () => (++begun === crash?.change ? `dies ${crash.when}` : 'lives');
}

/** The life of one operator process: every change it makes is written down, and it ends where its fate says. */
export class OperatorLife {
  /** `verb Kind name`, in order: what was done, the last one too that a dying operator had already sent. */
  readonly changes: string[];
  readonly #fate: Fate;
  #dead = false;

  /** @param changes where to write down; a next life goes on in the same list. */
  constructor(changes: string[], fate: Fate = () => 'lives') {
    this.changes = changes;
    this.#fate = fate;
  }

  /** The same client, as this operator has it. */
  client(real: KubeClient & PodLogs): KubeClient & PodLogs;
  client(real: KubeClient): KubeClient;
  client(real: KubeClient & Partial<PodLogs>): KubeClient & Partial<PodLogs> {
    return {
      get: (...args) => this.#reading(() => real.get(...args)),
      list: (...args) => this.#reading(() => real.list(...args)),
      watch: (...args) => real.watch(...args),
      create: (kind, object, options) =>
        this.#changing({ what: `create ${kind.kind} ${object.metadata.name}`, body: object }, () =>
          real.create(kind, object, options),
        ),
      update: (kind, object, options) =>
        this.#changing({ what: `update ${kind.kind} ${object.metadata.name}`, body: object }, () =>
          real.update(kind, object, options),
        ),
      apply: (kind, object, options) => {
        const what = `apply ${kind.kind} ${options?.subresource ?? object.metadata.name}`;
        return this.#changing({ what, body: object }, () => real.apply(kind, object, options));
      },
      mergePatch: (kind, name, namespace, patch, options) =>
        this.#changing({ what: `patch ${kind.kind} ${name}`, body: patch }, () =>
          real.mergePatch(kind, name, namespace, patch, options),
        ),
      delete: (kind, name, namespace, options) =>
        this.#changing({ what: `delete ${kind.kind} ${name}` }, () => real.delete(kind, name, namespace, options)),
      ...(real.podLog ? { podLog: (...args) => this.#reading(() => real.podLog?.(...args) ?? never()) } : {}),
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
          leaseRevoke: (...args) => this.#changing({ what: 'revoke' }, () => store.client.leaseRevoke(...args)),
          alarms: (...args) => store.client.alarms(...args),
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

  /** The same members of etcd, as this operator has them. */
  connect(real: ConnectAdmin): ConnectAdmin {
    return (target) => {
      const member = real(target);
      const change = <R>(what: keyof MemberAdmin, to: string | bigint, call: () => Promise<R>): Promise<R> =>
        this.#changing({ what: `etcd ${what} ${to}` }, call);
      return {
        ...member,
        compact: (to, signal) => change('compact', to, () => member.compact(to, signal)),
        defragment: (signal) => change('defragment', target.endpoints[0] ?? '', () => member.defragment(signal)),
        disarmNoSpace: (id, signal) => change('disarmNoSpace', id, () => member.disarmNoSpace(id, signal)),
        moveLeader: (to, signal) => change('moveLeader', to, () => member.moveLeader(to, signal)),
        removeMember: (id, signal) => change('removeMember', id, () => member.removeMember(id, signal)),
        addLearner: (url, signal) => change('addLearner', url, () => member.addLearner(url, signal)),
        promote: (id, signal) => change('promote', id, () => member.promote(id, signal)),
      };
    };
  }

  #reading<T>(call: () => Promise<T>): Promise<T> {
    return this.#dead ? Promise.reject(new OperatorKilled()) : call();
  }

  async #changing<T>(change: Change, call: () => Promise<T>): Promise<T> {
    if (this.#dead) throw new OperatorKilled();
    const verdict = await this.#fate(change);
    if (verdict === 'dies before') {
      this.#dead = true;
      throw new OperatorKilled();
    }
    const answer = await call();
    // A delete of what is gone says so, and has changed nothing.
    if (answer !== false) this.changes.push(change.what);
    if (verdict === 'dies after') {
      this.#dead = true;
      throw new OperatorKilled();
    }
    return answer;
  }
}

function never(): never {
  throw new Error('this client reads no logs');
}
