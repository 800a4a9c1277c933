import { readdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { classOf, inOrder, programsOfTests } from './processor-classes.ts';

const everyMs = 2_000;
/** proc(5): USER_HZ is 100 on every architecture that Node runs on. */
const tickMs = 10;

/** Who used the processors of this machine during a run. */
export interface ProcessorUse {
  readonly durationMs: number;
  readonly processors: number;
  /** Milliseconds on a processor, all together; of the whole machine, so other work on it counts. */
  readonly busyMs: number;
  /** Milliseconds by class of process, the largest first. */
  readonly byClass: readonly (readonly [string, number])[];
}

/** A process as it was last seen. */
interface Counted {
  /** Its class; undefined: not counted. */
  readonly kind: string | undefined;
  readonly ownMs: number;
  readonly childrenMs: number;
}

/** Looks at all processes every two seconds, and adds up who used the processors. Disposing ends it. */
export class ProcessorSample implements Disposable {
  readonly #timer: NodeJS.Timeout;
  readonly #beganMs = performance.now();
  readonly #busyBeforeMs = busyMs();
  readonly #byClass = new Map<string, number>();
  /** By number and start time. */
  #seen: ReadonlyMap<string, Counted> = new Map();

  constructor() {
    this.#look(true);
    this.#timer = setInterval(() => this.#look(false), everyMs);
  }

  /** What was used until now. */
  result(): ProcessorUse {
    this.#look(false);
    const busy = busyMs() - this.#busyBeforeMs;
    return {
      durationMs: Math.round(performance.now() - this.#beganMs),
      processors: availableParallelism(),
      busyMs: busy,
      byClass: inOrder(this.#byClass, busy),
    };
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  #look(first: boolean): void {
    const seen = new Map<string, Counted>();
    for (const pid of readdirSync('/proc')) {
      const stat = /^\d+$/.test(pid) ? read(`/proc/${pid}/stat`) : undefined;
      if (stat === undefined) continue;
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      const key = `${pid} ${fields[19] ?? ''}`;
      const before = this.#seen.get(key);
      const kind = before ? before.kind : kindOf(pid, stat);
      const now = { kind, ownMs: sumMs(fields, 11), childrenMs: sumMs(fields, 13) };
      seen.set(key, now);
      // What was there before the first look did its work before.
      if (first || kind === undefined) continue;
      this.#add(kind, now.ownMs - (before?.ownMs ?? 0));
      if (kind.startsWith('tests')) this.#add(programsOfTests, now.childrenMs - (before?.childrenMs ?? 0));
    }
    this.#seen = seen;
  }

  #add(kind: string, ms: number): void {
    if (ms > 0) this.#byClass.set(kind, (this.#byClass.get(kind) ?? 0) + ms);
  }
}

/** One line for a person: minutes of processors and shares of the classes. */
export function inWords({ durationMs, processors, busyMs: busy, byClass }: ProcessorUse): string {
  const share = (ms: number): string => `${Math.round((100 * ms) / busy)} %`;
  const load = Math.round((100 * busy) / (durationMs * processors));
  const shares = byClass.filter(([, ms]) => ms * 100 >= busy).map(([kind, ms]) => `${kind} ${share(ms)}`);
  return `the processors were busy for ${load} % of ${Math.round(durationMs / 1000)} s: ${shares.join(', ')}`;
}

function kindOf(pid: string, stat: string): string | undefined {
  return classOf({
    name: stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')')),
    commandLine: (read(`/proc/${pid}/cmdline`) ?? '').replaceAll('\0', ' '),
    cgroup: read(`/proc/${pid}/cgroup`) ?? '',
  });
}

/** User and system time stand side by side: utime, stime at 11 and cutime, cstime at 13, counted from the state. */
const sumMs = (fields: readonly string[], at: number): number => (Number(fields[at]) + Number(fields[at + 1])) * tickMs;

/** All but idle and iowait of the first line of /proc/stat; the time of guests is in that of users. */
function busyMs(): number {
  const [, user, nice, system, , , irq, softirq, steal] = readFileSync('/proc/stat', 'utf8').split(/\s+/).map(Number);
  return [user, nice, system, irq, softirq, steal].reduce<number>((sum, ticks) => sum + (ticks ?? 0), 0) * tickMs;
}

/** @returns undefined when the process has ended meanwhile. */
function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
