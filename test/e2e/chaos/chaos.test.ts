import { expect } from '@jest/globals';
import { scenario } from '../support/scenario.ts';
import { measurementsOf, playChaos } from './story.ts';

const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000);
const steps = Number(process.env['STEPS'] ?? 200);

scenario(
  'random faults in a row: every pair is well again after each and ready in the end, and nobody works twice',
  async (scene) => {
    const report = await playChaos(scene, { seed, steps });
    Object.assign(scene.measurements, measurementsOf(report));
    expect(report.stepsDone).toBe(steps);
  },
  { timeoutMs: steps * 800_000 },
);
