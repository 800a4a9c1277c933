import { readFileSync } from 'node:fs';

/** What a scenario took. */
export interface Spent {
  readonly durationMs: number;
  /** Time on a processor of this process and of the children that have ended, milliseconds. */
  readonly processorMs: number;
}

/** Begins to measure. @returns a function that says what was spent since. */
export function startStopwatch(): () => Spent {
  const beganMs = performance.now();
  const beganProcessorMs = processorMs();
  return () => ({
    durationMs: Math.round(performance.now() - beganMs),
    processorMs: processorMs() - beganProcessorMs,
  });
}

/** Linux counts these in ticks of 10 ms (USER_HZ, 100 on every architecture that Node runs on). */
const tickMs = 10;

/** proc_pid_stat(5): fields 14 to 17 are utime, stime, cutime and cstime; the last two are of children that were waited for. */
function processorMs(): number {
  const stat = readFileSync('/proc/self/stat', 'utf8');
  const afterName = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = afterName.slice(11, 15).map(Number);
  if (ticks.length !== 4 || ticks.some(Number.isNaN)) throw new Error(`/proc/self/stat has another form: ${stat}`);
  return ticks.reduce((sum, value) => sum + value, 0) * tickMs;
}
