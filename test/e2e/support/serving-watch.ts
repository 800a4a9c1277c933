import { setTimeout as pause } from 'node:timers/promises';

/** How often a process is asked, milliseconds. */
const EVERY_MS = 5;

/**
 * Asks a process of Milvus for /healthz all the while, from outside of the operator: when did it serve last? Shares no
 * code with the operator.
 */
export class ServingWatch implements AsyncDisposable {
  readonly #abort = new AbortController();
  readonly #asking: Promise<void>;
  #servedMs: number | undefined;

  /** @param host address of the process' pod */
  constructor(host: string) {
    this.#asking = this.#ask(`http://${host}:9091/healthz`);
  }

  /** Begin of the last request that was answered with 200, by this machine's wall clock. @throws Error without any. */
  get servedMs(): number {
    if (this.#servedMs === undefined) throw new Error('the process has not said that it serves');
    return this.#servedMs;
  }

  async #ask(url: string): Promise<void> {
    const { signal } = this.#abort;
    while (!signal.aborted) {
      const askedMs = Date.now();
      const answer = await fetch(url, { signal: AbortSignal.any([signal, AbortSignal.timeout(1_000)]) }).catch(
        () => {},
      );
      await answer?.text().catch(() => {});
      if (answer?.ok) this.#servedMs = askedMs;
      await pause(EVERY_MS);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#abort.abort();
    await this.#asking;
  }
}
