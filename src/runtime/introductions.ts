import { Limiter } from '../base/limiter.ts';
import type { Log } from '../base/log.ts';
import { isConflict, isNotFound } from '../kube/errors.ts';

/** Written at the same time at most. */
const AT_ONCE = 4;

/** What an object says of itself before a worker is free for it. */
export interface IntroductionsOptions<T> {
  /** Whether an object says nothing of itself yet. */
  readonly isNew: (object: T) => boolean;
  /** Writes its first status: one request, which waits for nothing else. */
  readonly introduce: (object: T, signal: AbortSignal) => Promise<unknown>;
  readonly log: Log;
}

/**
 * Gives new objects a status while all workers are busy: a reconcile of another object may take minutes, and whoever made this
 * one would see nothing of it for as long.
 */
export class Introductions<T> implements AsyncDisposable {
  readonly #options: IntroductionsOptions<T>;
  readonly #limiter = new Limiter(AT_ONCE);
  readonly #stop = new AbortController();
  readonly #underWay = new Map<string, Promise<void>>();

  constructor(options: IntroductionsOptions<T>) {
    this.#options = options;
  }

  /**
   * Introduces an object that says nothing of itself.
   *
   * @param afterwards called when that is over, well or not; not at all where there is nothing to do
   * @returns whether it is done, or being done.
   */
  take(key: string, object: T | undefined, afterwards: () => void): boolean {
    if (this.#underWay.has(key)) return true;
    if (object === undefined || this.#stop.signal.aborted || !this.#options.isNew(object)) return false;
    const work = this.#introduce(key, object).finally(() => {
      this.#underWay.delete(key);
      afterwards();
    });
    this.#underWay.set(key, work);
    return true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort(new Error('the operator is stopping'));
    await Promise.all(this.#underWay.values());
  }

  async #introduce(key: string, object: T): Promise<void> {
    const { introduce, log } = this.#options;
    const { signal } = this.#stop;
    try {
      await this.#limiter.run(signal, () => introduce(object, signal));
    } catch (error) {
      // It has a status by now, or is gone; whatever else it is, the reconcile that follows says so again.
      if (signal.aborted || isConflict(error) || isNotFound(error)) return;
      log.warn({ key, err: error }, 'the first status of an object could not be written');
    }
  }
}
