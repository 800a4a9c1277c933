import { isDeepStrictEqual } from 'node:util';
import { sleep, type Clock } from '../base/clock.ts';
import { Limiter } from '../base/limiter.ts';
import { askProcess } from './ask.ts';
import type { ProbeAddress, ProbeAnswer, ProbeFinding, Probes, ProbeSource, ProbeTarget } from './types.ts';

/** Polls under way at one time, over all pairs. */
const MAX_CONCURRENT = 64;

/** Time between two polls: often at first, when an end is most likely, and then less and less. */
const paces = {
  Fast: { firstMs: 50, laterMs: 1_000 },
  Slow: { firstMs: 1_000, laterMs: 5_000 },
} as const;

/** How long a target is polled often: a process that was told to stop serves nothing after some 50 ms (2.3.5). */
const FIRST_FOR_MS = 30_000;

/** Who gives no answer takes a slot for a whole deadline: such a one is asked less often. */
const SILENT_MS = 1_000;

/** How {@link Prober} asks one process; tests pass their own. */
export type Ask = (address: ProbeAddress, clock: Clock, signal: AbortSignal) => Promise<ProbeAnswer>;

/** Polls processes of Milvus for all pairs, no more than so many at a time. */
export class Prober implements ProbeSource {
  readonly #clock: Clock;
  readonly #ask: Ask;
  readonly #limiter = new Limiter(MAX_CONCURRENT);

  constructor(clock: Clock, ask: Ask = askProcess) {
    this.#clock = clock;
    this.#ask = ask;
  }

  open(onChange: () => void): Probes {
    const ask = (address: ProbeAddress, signal: AbortSignal) =>
      this.#limiter.run(signal, () => this.#ask(address, this.#clock, signal));
    return new PairProbes(this.#clock, ask, onChange);
  }
}

interface Followed {
  readonly target: ProbeTarget;
  readonly stop: AbortController;
  finding: ProbeFinding | undefined;
}

class PairProbes implements Probes {
  readonly #clock: Clock;
  readonly ask: Probes['ask'];
  readonly #onChange: () => void;
  readonly #followed = new Map<string, Followed>();

  constructor(clock: Clock, ask: Probes['ask'], onChange: () => void) {
    this.#clock = clock;
    this.ask = ask;
    this.#onChange = onChange;
  }

  get findings(): readonly ProbeFinding[] {
    return [...this.#followed.values()].flatMap(({ finding }) => finding ?? []);
  }

  follow(targets: readonly ProbeTarget[]): void {
    const wanted = new Map(targets.map((target) => [keyOf(target), target]));
    for (const [key, { stop }] of this.#followed)
      if (!wanted.has(key)) {
        stop.abort();
        this.#followed.delete(key);
      }
    for (const [key, target] of wanted) {
      const known = this.#followed.get(key);
      if (known?.target.pace === target.pace) continue;
      known?.stop.abort();
      const followed: Followed = { target, stop: new AbortController(), finding: known?.finding };
      this.#followed.set(key, followed);
      void this.#poll(followed);
    }
  }

  [Symbol.dispose](): void {
    this.follow([]);
  }

  async #poll(followed: Followed): Promise<void> {
    const { target, stop } = followed;
    const { firstMs, laterMs } = paces[target.pace];
    const startedMs = this.#clock.nowMs();
    try {
      for (;;) {
        const at = this.#clock.wallTime();
        const answer = await this.ask(target, stop.signal);
        stop.signal.throwIfAborted();
        this.#take(followed, answer, at);
        const pauseMs = this.#clock.nowMs() - startedMs < FIRST_FOR_MS ? firstMs : laterMs;
        const isSilent = answer.health === 'Silent' || answer.port === 'Silent';
        await sleep(this.#clock, isSilent ? Math.max(pauseMs, SILENT_MS) : pauseMs, stop.signal);
      }
    } catch (error) {
      if (!stop.signal.aborted) throw error;
    }
  }

  /** The second refusal in a row is news as well: one alone proves nothing. */
  #take(followed: Followed, answer: ProbeAnswer, at: Date): void {
    const { finding: before, target } = followed;
    const { podUID, containerID } = target;
    const same =
      before?.health === answer.health && before.port === answer.port && isDeepStrictEqual(before.roles, answer.roles);
    const times = same ? before.times + 1 : 1;
    const isServing = answer.health === 'Healthy' || answer.health === 'Standby';
    const servedAt = isServing ? at : before?.servedAt;
    followed.finding = {
      ...answer,
      podUID,
      containerID,
      at,
      since: same ? before.since : at,
      times,
      ...(servedAt ? { servedAt } : {}),
    };
    if (times <= 2) this.#onChange();
  }
}

function keyOf({ podUID, containerID, host, port }: ProbeTarget): string {
  return `${podUID}/${containerID}/${host}/${port}`;
}
