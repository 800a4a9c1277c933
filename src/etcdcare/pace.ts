/** How patient the care of etcd is, milliseconds. */
export interface Pace {
  /** Between two observations of an etcd that is well; a third of it while something is wrong, half of it while a plan waits. */
  readonly observeMs: number;
  /** An ailment has to be seen for so long before it is worth a plan. */
  readonly settledMs: number;
  /** A member that is not ready may still be starting for so long. */
  readonly startUpMs: number;
}

/** Where nothing else is set. */
export const usualPace: Pace = {
  observeMs: 30_000,
  settledMs: 15_000,
  // Start-up scripts ask every peer before etcd starts, 5 s for each that is dead, and probes begin after 60 s.
  startUpMs: 120_000,
};
