import { randomBytes } from 'node:crypto';
import { createEtcdClient } from './client.ts';
import { systemClock, type Clock } from '../base/clock.ts';
import { EtcdConnection } from './connection.ts';
import { countLinks } from './link.ts';
import { silent, type Log } from '../base/log.ts';
import { EtcdSessionStore, type ReadObserver } from './session-store.ts';
import { SessionStoreHandle } from './session-store-handle.ts';
import { targetKey } from './target-key.ts';
import type { EtcdClient, EtcdTarget, SessionStores } from './types.ts';

/** Options of {@link createSessionStores}; all have defaults. */
export interface SessionStoresOptions {
  readonly clock?: Clock;
  readonly log?: Log;
  /** Time between two reads of a store at rest, milliseconds; 30 s. */
  readonly resyncMs?: number;
  /** Told how each read ended and how long it took, for metrics. */
  readonly onRead?: ReadObserver;
}

/** All that is shared by the stores of one target. */
interface SharedTarget {
  readonly connection: EtcdConnection;
  readonly client: EtcdClient;
  readonly stores: Map<string, SharedStore>;
}

interface SharedStore {
  readonly store: EtcdSessionStore;
  readonly handles: Set<SessionStoreHandle>;
}

/** Makes {@link SessionStores}. Disposing closes every store and connection; handles that are still out read no more. */
export function createSessionStores(options: SessionStoresOptions = {}): SessionStores & AsyncDisposable {
  const { clock = systemClock, log = silent, resyncMs = 30_000, onRead } = options;
  const secret = randomBytes(32);
  const nextLinkNumber = countLinks();
  const targets = new Map<string, SharedTarget>();

  const makeTarget = (target: EtcdTarget): SharedTarget => {
    const connection = new EtcdConnection(target, nextLinkNumber, clock);
    return { connection, client: createEtcdClient(connection), stores: new Map() };
  };
  const makeStore = ({ connection, client }: SharedTarget, prefix: string): SharedStore => {
    const watch = connection.watch.bind(connection);
    const random = Math.random;
    const observed = onRead === undefined ? {} : { onRead };
    const store = new EtcdSessionStore({ prefix, client, watch, clock, log, resyncMs, random, ...observed });
    return { store, handles: new Set() };
  };

  return {
    acquire(target, prefix) {
      const key = targetKey(target, secret);
      const sharedTarget = getOrMake(targets, key, () => makeTarget(target));
      const shared = getOrMake(sharedTarget.stores, prefix, () => makeStore(sharedTarget, prefix));
      const handle = new SessionStoreHandle(shared.store, () => {
        shared.handles.delete(handle);
        if (shared.handles.size > 0) return;
        shared.store[Symbol.dispose]();
        sharedTarget.stores.delete(prefix);
        if (sharedTarget.stores.size > 0) return;
        sharedTarget.connection[Symbol.dispose]();
        targets.delete(key);
      });
      shared.handles.add(handle);
      return handle;
    },
    [Symbol.asyncDispose]() {
      for (const { stores } of [...targets.values()])
        for (const { handles } of [...stores.values()]) for (const handle of [...handles]) handle[Symbol.dispose]();
      return Promise.resolve();
    },
  };
}

function getOrMake<V>(map: Map<string, V>, key: string, make: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}
