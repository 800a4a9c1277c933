/** Lets at most so many callers in at once; the rest wait in line. */
export class Limiter {
  readonly #waiting: (() => void)[] = [];
  #free: number;

  constructor(slots: number) {
    this.#free = slots;
  }

  /**
   * Runs `work` when there is a slot for it.
   *
   * @throws the signal's reason when it is aborted while waiting; what `work` throws.
   */
  async run<R>(signal: AbortSignal | undefined, work: () => Promise<R>): Promise<R> {
    signal?.throwIfAborted();
    if (this.#free > 0) this.#free -= 1;
    else await this.#queue(signal);
    try {
      return await work();
    } finally {
      this.#leave();
    }
  }

  #queue(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const enter = (): void => {
        signal?.removeEventListener('abort', giveUp);
        resolve();
      };
      const giveUp = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(enter), 1);
        reject(signal?.reason as Error);
      };
      this.#waiting.push(enter);
      signal?.addEventListener('abort', giveUp, { once: true });
    });
  }

  /** The slot goes straight to the next in line, so that a newcomer cannot overtake. */
  #leave(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free += 1;
    else next();
  }
}
