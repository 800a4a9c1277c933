import { setTimeout as sleep } from 'node:timers/promises';
import { Application } from './application.ts';
import type { Operation, OperationKind } from './operations.ts';

/** How often each operation begins, milliseconds: whether or not those before it have ended. */
const periodMs: Readonly<Record<OperationKind, number>> = { search: 250, insert: 250, ddl: 1_000 };

/**
 * How many may be under way at once: as many as begin while the first has not been given up. Milvus does one DDL after the
 * other, so more of them than it can do would wait for ever longer on a busy machine.
 */
const atMost: Readonly<Record<OperationKind, number>> = { search: 20, insert: 20, ddl: 4 };

/**
 * Names of the small collections: what is left of an attempt that failed is created again, which Milvus takes for done, and
 * dropped then. More than are under way at once; fewer than the 64 that a Milvus 2.3 allows.
 */
const smallCollections = 32;

/** `rootCoord.dmlChannelNum` as shipped. */
const channels = 16;

/** Rows asked for at once when all are looked for. */
const batch = 1_000;

/**
 * Clients that search, insert and create and drop collections all the while, and note how each operation went. They do not
 * wait for an answer before they ask again, as many users would not, up to a limit.
 */
export class Workload implements AsyncDisposable {
  readonly #application: Application;
  readonly #operations: Record<OperationKind, Operation[]> = { search: [], insert: [], ddl: [] };
  readonly #acknowledged: number[] = [];
  readonly #stopping = new AbortController();
  readonly #loops: Promise<void>[];

  private constructor(application: Application) {
    this.#application = application;
    this.#loops = [
      this.#every('search', () => application.search()),
      this.#every('insert', (turn) => this.#insert(turn + 1)),
      this.#every('ddl', (turn) => this.#createAndDrop(turn)),
    ];
  }

  /**
   * Makes a collection in Milvus, and what makes a new Milvus slow at first, and begins.
   * @param address HOST:PORT of a proxy
   * @throws Error with what Milvus said.
   */
  static async start(address: string, collection = 'clients'): Promise<Workload> {
    await using stack = new AsyncDisposableStack();
    const application = stack.use(await Application.start(address, collection));
    await application.createAll(Array.from({ length: channels }, (_, turn) => smallName(turn)));
    stack.move();
    return new Workload(application);
  }

  /** Every operation so far that is over, in the order of their ends. */
  get operations(): Readonly<Record<OperationKind, readonly Operation[]>> {
    return this.#operations;
  }

  /** The ids of the rows that Milvus has acknowledged. */
  get acknowledged(): readonly number[] {
    return this.#acknowledged;
  }

  /** Begins no more operations and waits for those under way. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.#loops);
  }

  /**
   * Asks Milvus for the rows that it acknowledged.
   * @returns how many rows it counts, and the ids that it acknowledged and does not find: none, if nothing was lost.
   */
  async audit(): Promise<{ readonly counted: number; readonly missing: readonly number[] }> {
    const missing: number[] = [];
    for (let at = 0; at < this.#acknowledged.length; at += batch) {
      const ids = this.#acknowledged.slice(at, at + batch);
      const found = await this.#application.find(ids);
      missing.push(...ids.filter((id) => !found.has(id)));
    }
    return { counted: await this.#application.count(), missing };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await this.#application[Symbol.asyncDispose]();
  }

  async #every(kind: OperationKind, work: (turn: number) => Promise<void>): Promise<void> {
    const underWay = new Set<Promise<void>>();
    for (let turn = 0; !this.#stopping.signal.aborted; turn += 1) {
      if (underWay.size < atMost[kind]) {
        const operation: Promise<void> = this.#note(kind, () => work(turn)).finally(() => underWay.delete(operation));
        underWay.add(operation);
      }
      await sleep(periodMs[kind], undefined, { signal: this.#stopping.signal }).catch(() => undefined);
    }
    await Promise.all(underWay);
  }

  async #note(kind: OperationKind, work: () => Promise<void>): Promise<void> {
    const startMs = Date.now();
    try {
      await work();
      this.#operations[kind].push({ startMs, endMs: Date.now() });
    } catch (error) {
      this.#operations[kind].push({ startMs, endMs: Date.now(), error: messageOf(error) });
    }
  }

  async #insert(id: number): Promise<void> {
    await this.#application.insert(id);
    this.#acknowledged.push(id);
  }

  async #createAndDrop(turn: number): Promise<void> {
    const name = smallName(turn);
    await this.#application.create(name);
    await this.#application.drop(name);
  }
}

const smallName = (turn: number): string => `small_${turn % smallCollections}`;

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : JSON.stringify(error));
