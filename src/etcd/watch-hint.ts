import { delayMs, watchBackoff } from './backoff.ts';
import { sleep, type Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { WatchListener } from './watch-stream.ts';

/**
 * Why to look again: the watch stands (what came before it may have been missed), keys changed, or the watch broke (what
 * comes now is missed).
 */
export type Hint = 'connected' | 'changed' | 'lost';

/** What a {@link WatchHint} needs. */
export interface WatchHintOptions {
  /** Watches until the watch breaks; then throws. */
  readonly watch: (listener: WatchListener, signal: AbortSignal) => Promise<never>;
  readonly onHint: (hint: Hint) => void;
  readonly clock: Clock;
  readonly log: Log;
  /** 0 to 1, for spreading the delays. */
  readonly random: () => number;
}

/** A watch that has stood this long was no flicker: the next break starts with the shortest delay again. */
const steadyMs = 10_000;

/**
 * Says when to look again, for as long as it isn't disposed. It carries no data: whatever etcd does to a watch (break,
 * cancel, compact, refuse) ends in a hint and, after a backoff, in a new watch.
 */
export class WatchHint implements Disposable {
  readonly #options: WatchHintOptions;
  readonly #stop = new AbortController();

  constructor(options: WatchHintOptions) {
    this.#options = options;
    void this.#run();
  }

  [Symbol.dispose](): void {
    this.#stop.abort(new Error('the watch is no longer wanted'));
  }

  async #run(): Promise<void> {
    const { onHint, clock, log, random } = this.#options;
    for (let attempt = 0; ; attempt++) {
      const startedMs = clock.nowMs();
      const error = await this.#watchOnce();
      if (this.#stop.signal.aborted) return;
      log.debug({ err: error }, 'watch broken');
      onHint('lost');
      if (clock.nowMs() - startedMs >= steadyMs) attempt = 0;
      try {
        await sleep(clock, delayMs(watchBackoff, attempt, random), this.#stop.signal);
      } catch {
        return;
      }
    }
  }

  /** @returns why the watch ended. */
  async #watchOnce(): Promise<unknown> {
    const { watch, onHint } = this.#options;
    const { signal } = this.#stop;
    const tell = (hint: Hint) => () => {
      if (!signal.aborted) onHint(hint);
    };
    try {
      return await watch({ connected: tell('connected'), changed: tell('changed') }, signal);
    } catch (error) {
      return error;
    }
  }
}
