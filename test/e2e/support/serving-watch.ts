import { get } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';

/** How often a process is asked, milliseconds. */
const EVERY_MS = 5;

/**
 * Asks a process of Milvus for /healthz all the while, from outside of the operator: when did it serve last? Shares no
 * code with the operator, and keeps no connection.
 */
export class ServingWatch implements AsyncDisposable {
  readonly #abort = new AbortController();
  readonly #asking: Promise<void>;
  #servedMs: number | undefined;

  /** @param host address of the process' pod */
  constructor(host: string) {
    this.#asking = this.#ask(host);
  }

  /** Begin of the last request that was answered with 200, by this machine's wall clock. @throws Error without any. */
  get servedMs(): number {
    if (this.#servedMs === undefined) throw new Error('the process has not said that it serves');
    return this.#servedMs;
  }

  async #ask(host: string): Promise<void> {
    while (!this.#abort.signal.aborted) {
      const askedMs = Date.now();
      if (await isServing(host, this.#abort.signal)) this.#servedMs = askedMs;
      await pause(EVERY_MS);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#abort.abort();
    await this.#asking;
  }
}

function isServing(host: string, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const asked = get({ host, port: 9091, path: '/healthz', agent: false, timeout: 1_000, signal }, (response) => {
      response.resume();
      response.on('error', () => resolve(false));
      response.on('end', () => resolve(response.statusCode === 200));
    });
    asked.on('timeout', () => asked.destroy(new Error('no answer in time')));
    asked.on('error', () => resolve(false));
  });
}
