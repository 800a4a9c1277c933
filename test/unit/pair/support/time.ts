/** The time at which every table stands. */
export const NOW = new Date('2026-01-01T12:00:00.000Z');

/** `seconds` after {@link NOW}; negative: before. */
export const after = (seconds: number): Date => new Date(NOW.getTime() + seconds * 1000);

/** The same as text. */
export const isoAfter = (seconds: number): string => after(seconds).toISOString();
