import type { GuardFinding } from '../../api/guard-conditions.ts';
import type { Assessment } from './assessment.ts';
import { configurationSafe } from './configuration-safe.ts';
import { conflict } from './conflict.ts';
import { consistent } from './consistent.ts';
import { diagnosed } from './diagnosed.ts';
import { healthy } from './healthy.ts';
import { quorate } from './quorate.ts';
import { ready } from './ready.ts';
import { reconciling } from './reconciling.ts';
import { recoveryInProgress } from './recovery-in-progress.ts';
import { snapshotFresh } from './snapshot-fresh.ts';
import { spaceOK } from './space-ok.ts';
import { stalled } from './stalled.ts';

/**
 * Judges one condition; undefined where the condition is only there while it is true. Messages hold no moving figures, so
 * that a status at rest stays silent.
 */
export type Judge = (assessment: Assessment) => GuardFinding | undefined;

/** Every condition of a guard, in the order in which it is shown. */
export const judges: readonly Judge[] = [
  ready,
  healthy,
  quorate,
  consistent,
  spaceOK,
  snapshotFresh,
  diagnosed,
  recoveryInProgress,
  configurationSafe,
  conflict,
  reconciling,
  stalled,
];
