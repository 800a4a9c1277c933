import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '../../support/until.ts';
import type { EtcdAccess } from './etcd-access.ts';
import { callEtcd, decode, encode } from './etcd-gateway.ts';

/** A put that etcd has acknowledged: it must be there ever after. */
export interface Acknowledged {
  readonly key: string;
  readonly value: string;
  /** When the acknowledgement came, by this machine's wall clock. */
  readonly atMs: number;
}

/** Where an etcd is reached, and by what. */
interface Reached {
  readonly url: string;
  readonly access?: EtcdAccess | undefined;
}

/** What to write, and how fast. */
export interface LedgerOptions {
  /** Keys are the prefix and a number. */
  readonly prefix?: string;
  readonly putsPerSecond?: number;
}

/** How many keys one answer may hold. */
const pageSize = 5_000;

/**
 * Writes numbered keys into an etcd, one after the other and each until it is acknowledged, and remembers which were:
 * what is missing afterwards was lost. A put without an answer is tried again; it may have been done, which is no harm
 * as it says the same.
 */
export class Ledger implements AsyncDisposable {
  readonly prefix: string;
  readonly #url: string;
  readonly #access: EtcdAccess | undefined;
  readonly #everyMs: number;
  readonly #acknowledged: Acknowledged[] = [];
  readonly #end = new AbortController();
  readonly #writing: Promise<void>;

  private constructor({ url, access }: Reached, { prefix = 'ledger/', putsPerSecond = 50 }: LedgerOptions) {
    this.prefix = prefix;
    this.#url = url;
    this.#access = access;
    this.#everyMs = 1000 / putsPerSecond;
    this.#writing = this.#write();
  }

  /** Begins to write by the address of a client Service, `http://<cluster IP>:2379`. */
  static start(etcd: Reached, options: LedgerOptions = {}): Ledger {
    return new Ledger(etcd, options);
  }

  /** What was acknowledged so far, oldest first. */
  get acknowledged(): readonly Acknowledged[] {
    return this.#acknowledged;
  }

  /** The longest time between two acknowledgements, milliseconds. */
  get longestGapMs(): number {
    const times = this.#acknowledged.map(({ atMs }) => atMs);
    return Math.max(0, ...times.slice(1).map((atMs, index) => atMs - (times[index] ?? atMs)));
  }

  /** Waits until so many more puts are acknowledged. */
  async further(count: number): Promise<void> {
    const enough = this.#acknowledged.length + count;
    await until(`${count} more puts`, () => this.#acknowledged.length >= enough, { timeoutMs: 120_000 });
  }

  /** Ends the writing; what is under way is given up. */
  async stop(): Promise<void> {
    this.#end.abort();
    await this.#writing;
  }

  /** Reads everything back, through a quorum. @returns the acknowledged puts that are not there as they were written. */
  async missing(): Promise<readonly Acknowledged[]> {
    const acknowledged = [...this.#acknowledged]; // it may go on being written
    const found = await this.#readAll();
    return acknowledged.filter(({ key, value }) => found.get(key) !== value);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #write(): Promise<void> {
    for (let number = 0; !this.#end.signal.aborted; number++) {
      const key = `${this.prefix}${String(number).padStart(8, '0')}`;
      const value = `value of ${number}`;
      const begun = performance.now();
      if (!(await this.#putUntilAcknowledged(key, value))) return;
      this.#acknowledged.push({ key, value, atMs: Date.now() });
      await this.#pause(Math.max(0, this.#everyMs - (performance.now() - begun)));
    }
  }

  /** @returns false when the end came first. */
  async #putUntilAcknowledged(key: string, value: string): Promise<boolean> {
    while (!this.#end.signal.aborted) {
      try {
        const put = { key: encode(key), value: encode(value) };
        await callEtcd(this.#url, 'put', put, this.#end.signal, this.#access);
        return true;
      } catch {
        await this.#pause(50);
      }
    }
    return false;
  }

  async #pause(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.#end.signal }).catch(() => undefined);
  }

  async #readAll(): Promise<ReadonlyMap<string, string>> {
    const found = new Map<string, string>();
    const rangeEnd = encode(after(this.prefix));
    let from: string | undefined = this.prefix;
    while (from !== undefined) {
      const page = { key: encode(from), range_end: rangeEnd, limit: pageSize };
      const read = (): Promise<RangeAnswer> => callEtcd(this.#url, 'range', page, undefined, this.#access);
      const patience = { timeoutMs: 60_000, everyMs: 500 };
      const answer: RangeAnswer = await until('a page of the ledger to be read', read, patience);
      const { kvs = [], more = false } = answer;
      for (const { key, value } of kvs) found.set(decode(key), decode(value));
      const last = kvs.at(-1);
      from = more && last ? `${decode(last.key)}\0` : undefined;
    }
    return found;
  }
}

interface RangeAnswer {
  readonly kvs?: readonly { readonly key: string; readonly value: string }[];
  readonly more?: boolean;
}

/** The first key behind all that begin with a prefix of plain characters. */
function after(prefix: string): string {
  return prefix.slice(0, -1) + String.fromCharCode(prefix.charCodeAt(prefix.length - 1) + 1);
}
