import { describe, expect, it } from '@jest/globals';
import { SessionStoreHandle } from '../../../src/etcd/session-store-handle.ts';
import type { SessionStore } from '../../../src/etcd/types.ts';
import { FakeEtcd, snapshotOf } from './fake-etcd.ts';

function start() {
  const listeners = new Set<() => void>();
  const snapshot = snapshotOf([]);
  const store: SessionStore = {
    state: { snapshot },
    client: new FakeEtcd().client,
    read: () => Promise.resolve(snapshot),
    subscribe(listener) {
      listeners.add(listener);
      return { [Symbol.dispose]: () => void listeners.delete(listener) };
    },
  };
  let given = 0;
  const handle = new SessionStoreHandle(store, () => given++);
  return { store, listeners, handle, given: () => given };
}

describe('a handle of a session store', () => {
  it('stands for the store', async () => {
    const { store, handle } = start();
    expect([handle.state, handle.client]).toEqual([store.state, store.client]);
    await expect(handle.read()).resolves.toBe(store.state.snapshot);
  });

  it('ends its subscriptions and counts once when it is given back twice', async () => {
    const { listeners, handle, given } = start();
    handle.subscribe(() => undefined);
    handle.subscribe(() => undefined)[Symbol.dispose]();
    expect(listeners.size).toBe(1);
    handle[Symbol.dispose]();
    handle[Symbol.dispose]();
    handle.subscribe(() => undefined);
    expect([listeners.size, given()]).toEqual([0, 1]);
    await expect(handle.read()).rejects.toThrow('given back');
  });
});
