import type { FollowTimes } from '../e2e/support/active-watch.ts';
import type { Scene } from '../e2e/support/scene.ts';
import type { BenchPair } from './bench-pair.ts';

/**
 * What measurements work with. Three failovers in ten minutes keep the operator from planned moves (condition Stalled,
 * reason Flapping), so each kind of measurement has pairs of its own.
 */
export interface Bench {
  readonly scene: Scene;
  /** TTL 15, 30 and 60: to be killed. */
  readonly killed: readonly [BenchPair, BenchPair, BenchPair];
  /** TTL 30: to be moved. */
  readonly moved: BenchPair;
  /** TTL 60: to lose its nodes. */
  readonly poweredOff: BenchPair;
  /** How many times each thing is measured. */
  readonly repeats: number;
  /** How soon users could see each change of ACTIVE that was measured on the way. */
  readonly followed: FollowTimes[];
}

/** Numbers from 1 on. */
export const times = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index + 1);
