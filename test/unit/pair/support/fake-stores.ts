import type {
  EtcdClient,
  EtcdTarget,
  KeyValue,
  LeaseInfo,
  SessionSnapshot,
  SessionStore,
  SessionStores,
  SessionStoreState,
} from '../../../../src/etcd/types.ts';
import { keyValue } from '../../etcd/fake-etcd.ts';

/** A key of a coordinator session, as Milvus writes it. */
export function sessionKey(
  key: string,
  serverID: number,
  podName: string,
  address: string,
  lease = BigInt(serverID),
): KeyValue {
  const value = { ServerID: serverID, ServerName: 'rootcoord', Address: address, Version: '2.4.15', HostName: podName };
  return keyValue(key, { value: Buffer.from(JSON.stringify(value)), lease, createRevision: BigInt(serverID) });
}

const header = { clusterID: 1n, memberID: 1n, revision: 1n, raftTerm: 2n };

/** An etcd whose sessions a test sets; hands out one store, and counts who holds it. */
export class FakeStores implements SessionStores {
  /** How the store stands. */
  state: SessionStoreState = {};
  /** What the next read finds; an error: it fails. */
  kvs: readonly KeyValue[] | Error = [];
  readonly leases = new Map<bigint, Partial<LeaseInfo>>();
  readonly revoked: bigint[] = [];
  readonly acquired: { readonly target: EtcdTarget; readonly prefix: string }[] = [];
  readonly listeners = new Set<() => void>();
  leaseReads = 0;
  endpointChecks = 0;
  /** What the endpoints answer one by one. */
  endpoints: Awaited<ReturnType<EtcdClient['endpointStatuses']>> = [
    { endpoint: 'a:2379', error: new Error('refused') },
  ];
  held = 0;

  readonly client: EtcdClient = {
    range: () => Promise.reject(new Error('the test expected no range')),
    leaseTimeToLive: (lease) => {
      this.leaseReads++;
      const found = this.leases.get(lease);
      if (!found) return Promise.reject(new Error('no answer in time'));
      return Promise.resolve({ header, ttlSeconds: 20, grantedTTLSeconds: 30, keys: [], ...found });
    },
    leaseRevoke: (lease) => {
      this.revoked.push(lease);
      return Promise.resolve(true);
    },
    alarms: () => Promise.reject(new Error('the test expected no look at alarms')),
    endpointStatuses: () => {
      this.endpointChecks++;
      return Promise.resolve(this.endpoints);
    },
  };

  /** The next reads, and the state, show these keys. */
  show(kvs: readonly KeyValue[], readTime = new Date(0)): void {
    this.kvs = kvs;
    this.state = { snapshot: { header, kvs, readAtMs: 0, readTime } };
  }

  acquire(target: EtcdTarget, prefix: string): SessionStore & Disposable {
    this.acquired.push({ target, prefix });
    this.held++;
    const current = (): SessionStoreState => this.state;
    return {
      get state() {
        return current();
      },
      client: this.client,
      read: () => this.#read(),
      subscribe: (listener) => {
        this.listeners.add(listener);
        return { [Symbol.dispose]: () => void this.listeners.delete(listener) };
      },
      [Symbol.dispose]: () => {
        this.held--;
      },
    };
  }

  #read(): Promise<SessionSnapshot> {
    if (this.kvs instanceof Error) return Promise.reject(this.kvs);
    return Promise.resolve({ header, kvs: this.kvs, readAtMs: 0, readTime: new Date(0) });
  }
}
