/** One scenario in the report of an end-to-end run, as far as its time goes. */
export interface TimedScenario {
  readonly scenario: string;
  /** Its file, as a path below test/e2e. */
  readonly file: string;
  readonly passed: boolean;
  readonly durationMs: number;
}

/** Seconds that each file of scenarios takes, by its path below test/e2e. */
export type Durations = Readonly<Record<string, number>>;

/**
 * What is known of durations after one more run: files whose scenarios all passed take their new time, files that did not run keep
 * theirs, and those that no longer exist are dropped. Sorted by path, so that a change is easy to read.
 */
export function updatedDurations(
  before: Durations,
  report: readonly TimedScenario[],
  existing: ReadonlySet<string>,
): Durations {
  const after: Record<string, number> = { ...before };
  for (const [file, scenarios = []] of Object.entries(Object.groupBy(report, ({ file }) => file))) {
    if (!scenarios.every(({ passed }) => passed)) continue;
    const totalMs = scenarios.reduce((sum, { durationMs }) => sum + durationMs, 0);
    after[file] = Math.round(totalMs / 1000);
  }
  const known = Object.entries(after).filter(([file]) => existing.has(file));
  return Object.fromEntries(known.toSorted(([a], [b]) => a.localeCompare(b)));
}

/** The scenarios that took longest, as lines such as `266 s  parallel/etcd-restore.test.ts: all members ...`. */
export function slowest(report: readonly TimedScenario[], count: number): readonly string[] {
  return report
    .toSorted((a, b) => b.durationMs - a.durationMs)
    .slice(0, count)
    .map(({ scenario, file, durationMs }) => `${Math.round(durationMs / 1000)} s  ${file}: ${scenario}`);
}
