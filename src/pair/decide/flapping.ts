import type { HistoryEntry } from '../../api/coordinator-pair.ts';

const WINDOW_MS = 600_000;
const CHANGES = 3;

/** Until when voluntary acts wait because ACTIVE changes too often without a plan; undefined while all is calm. */
export function flappingUntil(history: readonly HistoryEntry[], now: Date): Date | undefined {
  const recent = history
    .filter(({ type }) => type === 'Failover')
    .map(({ time }) => Date.parse(time))
    .filter((time) => now.getTime() - time < WINDOW_MS)
    .sort((a, b) => b - a);
  const third = recent[CHANGES - 1];
  return third === undefined ? undefined : new Date(third + WINDOW_MS);
}
