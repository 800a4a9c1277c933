/** Index of the heartbeat: counts up while the main thread turns. */
export const BEATS = 0;
/** Room for what is under way, bytes: some forty names. */
export const UNDER_WAY_BYTES = 8 * 1024;

/** What the main thread and the watchdog share. */
export interface WatchdogMemory {
  /** An Int32Array of one. */
  readonly beats: SharedArrayBuffer;
  /** UTF-8, a line for each object, ended by a zero. */
  readonly underWay: SharedArrayBuffer;
}

/** Makes it. */
export function watchdogMemory(): WatchdogMemory {
  return { beats: new SharedArrayBuffer(4), underWay: new SharedArrayBuffer(UNDER_WAY_BYTES) };
}
