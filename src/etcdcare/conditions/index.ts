import type { GuardFinding } from '../../api/guard-conditions.ts';
import type { Assessment } from './assessment.ts';
import { configurationSafe } from './configuration-safe.ts';
import { conflict } from './conflict.ts';
import { consistent } from './consistent.ts';
import { diagnosed } from './diagnosed.ts';
import { healthy } from './healthy.ts';
import { quorate } from './quorate.ts';
import { recoveryInProgress } from './recovery-in-progress.ts';
import { snapshotFresh } from './snapshot-fresh.ts';
import { spaceOK } from './space-ok.ts';

/** Judges one condition. Messages hold no moving figures, so that a status at rest stays silent. */
export type Judge = (assessment: Assessment) => GuardFinding;

/** Every condition of a guard, in the order in which it is shown. */
export const judges: readonly Judge[] = [
  healthy,
  quorate,
  consistent,
  spaceOK,
  snapshotFresh,
  diagnosed,
  recoveryInProgress,
  configurationSafe,
  conflict,
];
