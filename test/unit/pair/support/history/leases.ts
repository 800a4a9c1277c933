import type { Process } from './pods.ts';

/** What one process wrote into etcd under one lease. */
export interface Registration {
  readonly serverID: bigint;
  readonly lease: bigint;
  readonly address: string;
  readonly hostName?: string;
  readonly process: Process;
  renewedMs: number;
  expiresMs: number;
}

/** The sessions of one role in etcd. Server IDs and leases are never used twice. */
export class Leases {
  readonly ttlSeconds: number;
  /** Does not answer, and lets no lease expire. */
  away = false;
  /** Server ID of the holder. */
  holder: bigint | undefined;
  raftTerm = 2n;
  readonly #all = new Map<bigint, Registration>();
  #counter = 0n;

  constructor(ttlSeconds: number) {
    this.ttlSeconds = ttlSeconds;
  }

  get registrations(): readonly Registration[] {
    return [...this.#all.values()];
  }

  /** The registration on a lease; undefined when there is none (any more). */
  on(lease: bigint): Registration | undefined {
    return this.registrations.find((registration) => registration.lease === lease);
  }

  /** What LeaseTimeToLive answers, seconds: cut to whole ones, -1 when there is no such lease. */
  ttlOf(lease: bigint, nowMs: number): number {
    const found = this.on(lease);
    return found ? Math.max(0, Math.floor((found.expiresMs - nowMs) / 1_000)) : -1;
  }

  register(process: Process, place: Pick<Registration, 'address' | 'hostName'>, nowMs: number): void {
    if (this.away) return;
    const serverID = ++this.#counter;
    const expiresMs = nowMs + this.ttlSeconds * 1_000;
    this.#all.set(serverID, { ...place, serverID, lease: serverID + 5_000n, process, renewedMs: nowMs, expiresMs });
    process.registered = true;
  }

  /** A process gives up its keys before it ends. */
  release(process: Process): void {
    for (const registration of this.registrations)
      if (registration.process === process && !this.away) this.#drop(registration);
  }

  revoke(lease: bigint): void {
    const found = this.on(lease);
    if (found) this.#drop(found);
  }

  /** Back after a restart: every lease has its full time again, in a new raft term (measured with etcd 3.5). */
  comeBack(nowMs: number): void {
    this.away = false;
    this.raftTerm++;
    for (const registration of this.#all.values()) registration.expiresMs = nowMs + this.ttlSeconds * 1_000;
  }

  /** Renewals, expiries and the election. @returns registrations whose process must notice that its lease is gone. */
  step(nowMs: number): readonly Registration[] {
    if (this.away) return [];
    for (const registration of this.registrations) {
      const { process, renewedMs } = registration;
      if (process.serves && nowMs - renewedMs >= (this.ttlSeconds * 1_000) / 3) {
        registration.renewedMs = nowMs;
        registration.expiresMs = nowMs + this.ttlSeconds * 1_000;
      }
      if (registration.expiresMs <= nowMs) this.#drop(registration);
    }
    if (this.holder === undefined) this.holder = this.registrations.find(({ process }) => process.serves)?.serverID;
    const noticed = [...this.#lost].filter(({ process }) => process.serves);
    for (const registration of noticed) this.#lost.delete(registration);
    return noticed;
  }

  readonly #lost = new Set<Registration>();

  #drop(registration: Registration): void {
    this.#all.delete(registration.serverID);
    if (this.holder === registration.serverID) this.holder = undefined;
    if (registration.process.alive) this.#lost.add(registration);
  }
}
