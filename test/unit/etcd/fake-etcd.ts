import type { Alarm } from '../../../src/etcd/alarms.ts';
import type { EtcdClient, KeyValue, ResponseHeader, SessionSnapshot } from '../../../src/etcd/types.ts';
import type { WatchListener } from '../../../src/etcd/watch-stream.ts';

/** A key with made-up metadata. */
export function keyValue(key: string, changed: Partial<KeyValue> = {}): KeyValue {
  return { key, value: Buffer.from('x'), createRevision: 1n, modRevision: 1n, lease: 0n, ...changed };
}

const header: ResponseHeader = { clusterID: 1n, memberID: 1n, revision: 10n, raftTerm: 2n };

/** A snapshot of these keys. */
export function snapshotOf(kvs: readonly KeyValue[]): SessionSnapshot {
  return { header, kvs, readAtMs: 0, readTime: new Date(0) };
}

/** An etcd whose answers are given by hand. */
export class FakeEtcd {
  /** Ranges that were asked for and wait for their answer. */
  readonly ranges: (PromiseWithResolvers<{ header: ResponseHeader; kvs: readonly KeyValue[] }> & {
    readonly prefix: string;
  })[] = [];
  /** Watches that were opened and stand. */
  readonly watches: { readonly listener: WatchListener; readonly break: (error: Error) => void }[] = [];
  rangesSeen = 0;
  /** What it says of its alarms; an error: it does not. */
  alarms: readonly Alarm[] | Error = [];
  alarmLooks = 0;
  watchesSeen = 0;

  readonly client: EtcdClient = {
    range: (prefix, signal) => {
      this.rangesSeen++;
      const asked = { prefix, ...Promise.withResolvers<{ header: ResponseHeader; kvs: readonly KeyValue[] }>() };
      this.ranges.push(asked);
      signal?.addEventListener('abort', () => asked.reject(signal.reason));
      return asked.promise;
    },
    leaseTimeToLive: () => Promise.reject(new Error('not in this test')),
    leaseRevoke: () => Promise.reject(new Error('not in this test')),
    alarms: () => {
      this.alarmLooks++;
      return this.alarms instanceof Error ? Promise.reject(this.alarms) : Promise.resolve(this.alarms);
    },
    endpointStatuses: () => Promise.reject(new Error('not in this test')),
  };

  readonly watch = (listener: WatchListener, signal: AbortSignal): Promise<never> => {
    this.watchesSeen++;
    return new Promise((_, reject) => {
      this.watches.push({ listener, break: reject });
      signal.addEventListener('abort', () => reject(signal.reason as Error));
    });
  };

  /** Answers the oldest range that waits. */
  answer(...kvs: readonly KeyValue[]): void {
    this.ranges.shift()?.resolve({ header, kvs });
  }

  /** Fails the oldest range that waits. */
  fail(error: Error): void {
    this.ranges.shift()?.reject(error);
  }

  /** Breaks the oldest watch. */
  breakWatch(): void {
    this.watches.shift()?.break(new Error('stream ended'));
  }
}
