import { ConsistencyLevelEnum, DataType, ErrorCode, MilvusClient, type ResStatus } from '@zilliz/milvus2-sdk-node';

const dimension = 8;

/** Beyond this an operation has failed, milliseconds. */
const operationTimeoutMs = 5_000;

/** Longest wait while a collection is prepared or read as a whole, milliseconds. */
const patientTimeoutMs = 120_000;

/**
 * A program that uses Milvus, by the SDK of Milvus for Node: one collection of rows with an id and a vector. The SDK
 * tries nothing twice here, so each attempt counts.
 */
export class Application implements AsyncDisposable {
  readonly #milvus: MilvusClient;
  readonly #collection: string;

  private constructor(milvus: MilvusClient, collection: string) {
    this.#milvus = milvus;
    this.#collection = collection;
  }

  /**
   * Makes the collection with an index and loads it.
   * @param address HOST:PORT of a proxy
   * @throws Error with what Milvus said.
   */
  static async start(address: string, collection: string): Promise<Application> {
    // While Milvus does not answer, as many operations are under way as begin within their timeout.
    const pool = { min: 2, max: 100 };
    const milvus = new MilvusClient({ address, timeout: operationTimeoutMs, maxRetries: 0, pool, logLevel: 'error' });
    const application = new Application(milvus, collection);
    try {
      await milvus.connectPromise;
      await application.#prepare();
      return application;
    } catch (error) {
      await milvus.closeConnection();
      throw error;
    }
  }

  async #prepare(): Promise<void> {
    const timeout = patientTimeoutMs;
    const named = { collection_name: this.#collection, timeout };
    assertSuccess(await this.#milvus.createCollection({ ...named, fields }));
    assertSuccess(
      await this.#milvus.createIndex({ ...named, field_name: 'vector', index_type: 'FLAT', metric_type: 'L2' }),
    );
    assertSuccess(await this.#milvus.loadCollectionSync(named));
  }

  /** Inserts one row. @throws Error unless Milvus has acknowledged it. */
  async insert(id: number): Promise<void> {
    const { status } = await this.#milvus.insert({
      collection_name: this.#collection,
      data: [{ id, vector: vectorOf(id) }],
    });
    assertSuccess(status);
  }

  /** Searches for the nearest row, on data that may be some seconds old (Milvus' default, Bounded). @throws Error. */
  async search(): Promise<void> {
    const { status } = await this.#milvus.search({
      collection_name: this.#collection,
      data: vectorOf(1),
      limit: 1,
      consistency_level: ConsistencyLevelEnum.Bounded,
    });
    assertSuccess(status);
  }

  /** Creates a small collection. @throws Error. */
  async create(name: string): Promise<void> {
    assertSuccess(await this.#milvus.createCollection({ collection_name: name, fields }));
  }

  /**
   * Creates small collections, one on each channel of a Milvus that has none yet. The first one on a channel makes a topic in the
   * queue, and until that is there no channel gets a time tick (2.3.5 with Kafka: "send tt to all channels too slowly", for seconds on
   * a busy machine), so nobody is served: that belongs to a new Milvus, not to what is done to an old one.
   * @throws Error.
   */
  async createAll(names: readonly string[]): Promise<void> {
    const created = names.map((name) =>
      this.#milvus.createCollection({ collection_name: name, fields, timeout: patientTimeoutMs }),
    );
    for (const status of await Promise.all(created)) assertSuccess(status);
  }

  /** Drops a small collection. @throws Error. */
  async drop(name: string): Promise<void> {
    assertSuccess(await this.#milvus.dropCollection({ collection_name: name }));
  }

  /** How many rows Milvus counts, with everything that it has acknowledged so far. @throws Error. */
  async count(): Promise<number> {
    const [row] = await this.#query('', ['count(*)']);
    return Number(row?.['count(*)']);
  }

  /** Which of these ids Milvus finds, with everything that it has acknowledged so far. @throws Error. */
  async find(ids: readonly number[]): Promise<ReadonlySet<number>> {
    const rows = await this.#query(`id in [${ids.join(',')}]`, ['id']);
    return new Set(rows.map(({ id }) => Number(id)));
  }

  async #query(expr: string, outputFields: string[]): Promise<Readonly<Record<string, unknown>>[]> {
    const { status, data } = await this.#milvus.query({
      collection_name: this.#collection,
      expr,
      output_fields: outputFields,
      consistency_level: ConsistencyLevelEnum.Strong,
      timeout: patientTimeoutMs,
    });
    assertSuccess(status);
    return data;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#milvus.closeConnection();
  }
}

const fields = [
  { name: 'id', data_type: DataType.Int64, is_primary_key: true, autoID: false },
  { name: 'vector', data_type: DataType.FloatVector, dim: dimension },
];

/** Different for different ids. */
const vectorOf = (id: number): number[] => Array.from({ length: dimension }, (_, axis) => ((id >> axis) & 7) / 7);

function assertSuccess({ error_code: code, reason }: ResStatus): void {
  if (code !== ErrorCode.SUCCESS) throw new Error(`Milvus: ${code}: ${reason}`);
}
