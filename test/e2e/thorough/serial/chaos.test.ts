import { expect } from '@jest/globals';
import { measurementsOf, playChaos } from '../../chaos/story.ts';
import { scenario } from '../../support/scenario.ts';

/** Its first eight steps hold faults of every kind, and take about three minutes on two cores. */
const SEED = 8695;
const STEPS = 8;

scenario(
  'three minutes of faults: every pair is well again after each and ready in the end, and nobody works twice',
  async (scene) => {
    const report = await playChaos(scene, { seed: SEED, steps: STEPS, longestMs: 180_000 });
    Object.assign(scene.measurements, measurementsOf(report));
    expect(report.stepsDone).toBeGreaterThan(0);
  },
  { timeoutMs: 1_500_000 },
);
