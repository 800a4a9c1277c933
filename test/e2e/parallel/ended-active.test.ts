import { endEach, ways } from '../support/ended-active.ts';
import { scenario } from '../support/scenario.ts';

scenario(
  'ACTIVE is OOM-killed, and panics: another process has the role before the lease could have ended',
  async (scene) => {
    const chosen = ways.filter(({ name }) => name !== 'killed');
    const tookMs = await endEach(scene, await scene.startEtcd(), chosen);
    for (const [index, { name }] of chosen.entries()) scene.measurements[`${name}-failoverMs`] = tookMs[index] ?? 0;
  },
);
