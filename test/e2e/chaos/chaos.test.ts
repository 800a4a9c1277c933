import { expect } from '@jest/globals';
import { scenario } from '../support/scenario.ts';
import { playChaos } from './story.ts';

const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000);
const steps = Number(process.env['STEPS'] ?? 200);

scenario(
  'random faults in a row: every pair is ready again after each, and nobody works twice',
  async (scene) => {
    const { stepsDone, longestOverlapMs, ...report } = await playChaos(scene, { seed, steps });
    Object.assign(scene.measurements, { stepsDone, ...report });
    for (const [name, ms] of Object.entries(longestOverlapMs)) scene.measurements[`longestOverlapMs ${name}`] = ms;
    expect(stepsDone).toBe(steps);
  },
  { timeoutMs: steps * 800_000 },
);
