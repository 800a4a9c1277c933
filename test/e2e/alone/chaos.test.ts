import { expect } from '@jest/globals';
import { playChaos } from '../chaos/story.ts';
import { scenario } from '../support/scenario.ts';

/** As many as fit; on a machine of two cores about a dozen. */
const STEPS = 60;

scenario(
  'three minutes of faults: every pair is ready again after each, and nobody works twice',
  async (scene) => {
    const { longestOverlapMs, ...report } = await playChaos(scene, { seed: 2026, steps: STEPS, longestMs: 180_000 });
    Object.assign(scene.measurements, report);
    for (const [name, ms] of Object.entries(longestOverlapMs)) scene.measurements[`longestOverlapMs ${name}`] = ms;
    expect(report.stepsDone).toBeGreaterThan(0);
  },
  { timeoutMs: 1_500_000 },
);
