import type { Alarm } from './alarms.ts';

/** How to reach one etcd: what decides whether two pairs share a connection set. */
export interface EtcdTarget {
  /** `host:port`, one per entry, in the user's order. */
  readonly endpoints: readonly string[];
  readonly auth?: { readonly username: string; readonly password: string };
  /** Present: TLS. PEM texts. */
  readonly tls?: {
    readonly ca?: string;
    readonly cert?: string;
    readonly key?: string;
    /** Name the server's certificate must carry; absent: each endpoint's own host. */
    readonly serverName?: string;
    /** Lowest version to accept; absent: that of Node.js, 1.2. */
    readonly minVersion?: 'TLSv1.2' | 'TLSv1.3';
  };
  /** No loopback, link-local or metadata address is dialled, whatever a name resolves to. */
  readonly refusesLocal?: true;
  /** Some endpoint is no Service of the namespace that names it: what is found there is nobody's business but its owner's. */
  readonly isElsewhere?: true;
}

/** What every etcd answer says of the cluster at that moment (etcdserverpb.ResponseHeader). */
export interface ResponseHeader {
  readonly clusterID: bigint;
  readonly memberID: bigint;
  readonly revision: bigint;
  readonly raftTerm: bigint;
}

/** A key with its metadata. */
export interface KeyValue {
  readonly key: string;
  readonly value: Buffer;
  readonly createRevision: bigint;
  readonly modRevision: bigint;
  /** 0n when the key has no lease. */
  readonly lease: bigint;
}

/** A lease as etcd sees it. */
export interface LeaseInfo {
  readonly header: ResponseHeader;
  /** Remaining seconds; -1 when there is no such lease. Stays 0 for up to 1.5 s while it expires. */
  readonly ttlSeconds: number;
  readonly grantedTTLSeconds: number;
  readonly keys: readonly string[];
}

/** What one endpoint says of itself (Maintenance.Status; answered without quorum too). */
export interface EndpointStatus {
  readonly endpoint: string;
  readonly header: ResponseHeader;
  readonly version: string;
  /** 0n: this member sees no leader. */
  readonly leader: bigint;
  /** Alarm and error texts the member reports, for instance NOSPACE. */
  readonly errors: readonly string[];
}

/**
 * The calls the operator makes to an etcd. Each has a deadline.
 *
 * Every method throws {@link EtcdError} (errors.ts).
 */
export interface EtcdClient {
  /** Linearizable range over a prefix at one revision. */
  range(
    prefix: string,
    signal?: AbortSignal,
  ): Promise<{ readonly header: ResponseHeader; readonly kvs: readonly KeyValue[] }>;
  leaseTimeToLive(lease: bigint, signal?: AbortSignal): Promise<LeaseInfo>;
  /** @returns false when the lease was already gone, which is success too. */
  leaseRevoke(lease: bigint, signal?: AbortSignal): Promise<boolean>;
  /** The alarms that stand in the cluster, as the endpoint in use knows them. */
  alarms(signal?: AbortSignal): Promise<readonly Alarm[]>;
  /** Asks each endpoint by itself; an endpoint that does not answer yields its error. */
  endpointStatuses(
    signal?: AbortSignal,
  ): Promise<readonly (EndpointStatus | { readonly endpoint: string; readonly error: Error })[]>;
}

/** All keys below a session prefix at one revision. */
export interface SessionSnapshot {
  readonly header: ResponseHeader;
  /** Keys below the prefix, the prefix cut off: `rootcoord`, `rootcoord-7`, `id`, `version`. */
  readonly kvs: readonly KeyValue[];
  /** Monotonic clock (`performance.now()`) when the read was sent, milliseconds: how old the truth is at most. */
  readonly readAtMs: number;
  /** Wall clock of the same moment. */
  readonly readTime: Date;
}

/** How a session store stands. */
export interface SessionStoreState {
  /** The last good read; absent before the first. */
  readonly snapshot?: SessionSnapshot;
  /** Alarms of the cluster as last seen, at most one time between reads ago; absent while not known or reads fail. */
  readonly alarms?: readonly Alarm[];
  /** Wall clock since when reads have failed; absent while they succeed. */
  readonly failingSince?: Date;
  /** Monotonic clock of the same moment, milliseconds. */
  readonly failingSinceMs?: number;
  /** Why reads fail, as it first showed: the same object while the code stays the same. Absent while reads succeed. */
  readonly error?: Error;
}

/**
 * The sessions below one prefix of one etcd. A watch only says "read again"; the truth is a linearizable range: at the
 * start, on each hint, on each reconnect and every 30 s. Alarms wake nobody in etcd, so they are asked for as often.
 */
export interface SessionStore {
  readonly state: SessionStoreState;
  readonly client: EtcdClient;
  /** Reads now (shared with a read already waiting to be sent) and returns what was read. Throws EtcdError. */
  read(signal?: AbortSignal): Promise<SessionSnapshot>;
  /** Called after each read that changed keys or health; dispose to stop. */
  subscribe(listener: () => void): Disposable;
}

/** Hands out session stores; equal targets share one connection set, equal (target, prefix) one store. */
export interface SessionStores {
  /** Dispose the handle to give it back; the last one out closes the store and then the connections. */
  acquire(target: EtcdTarget, prefix: string): SessionStore & Disposable;
}
