import { terminal } from './terminal.ts';

/** Something that happened, or a step that was done. */
export interface TimeLineEntry {
  readonly atSeconds: number;
  readonly what: string;
  /** For a step: how long it took. */
  readonly tookSeconds?: number;
}

/** What happened when, counted from the start. */
export class TimeLine {
  readonly #beganMs = Date.now();
  readonly #entries: TimeLineEntry[] = [];

  /** Says what is being done, does it and records it. */
  async step<T>(what: string, work: () => Promise<T>): Promise<T> {
    terminal.progress(`== ${what}`);
    const atMs = Date.now();
    const result = await work();
    this.#record({ atSeconds: this.#seconds(atMs), what, tookSeconds: tenths(Date.now() - atMs) });
    return result;
  }

  /** Records a moment, given by the machine's wall clock. */
  moment(what: string, atMs: number): void {
    this.#record({ atSeconds: this.#seconds(atMs), what });
  }

  /** Seconds since the start. */
  get elapsedSeconds(): number {
    return this.#seconds(Date.now());
  }

  /** In the order of time. */
  get entries(): readonly TimeLineEntry[] {
    return this.#entries.toSorted((a, b) => a.atSeconds - b.atSeconds);
  }

  /** For people. */
  toString(): string {
    const lines = this.entries.map(({ atSeconds, what, tookSeconds }) => {
      const took = tookSeconds === undefined ? '' : ` (${tookSeconds.toFixed(1)} s)`;
      return `${atSeconds.toFixed(1).padStart(7)} s  ${what}${took}`;
    });
    return ['Time line', ...lines].join('\n');
  }

  #seconds(atMs: number): number {
    return tenths(atMs - this.#beganMs);
  }

  #record(entry: TimeLineEntry): void {
    this.#entries.push(entry);
  }
}

const tenths = (ms: number) => Math.round(ms / 100) / 10;
