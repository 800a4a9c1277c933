/**
 * `make chaos`: 200 steps of random faults on a cluster of its own.
 *
 *     SEED=4711 STEPS=50 node test/e2e/chaos/run.ts
 *
 * The seed is printed with each step; the same one makes the same faults. KEEP=1 leaves the cluster.
 */
import { progress } from '../../cluster/cache.ts';
import { playGroup } from '../../runner/group.ts';
import { openEnvironment } from '../environment.ts';

const environment = await openEnvironment({ keep: process.env['KEEP'] === '1' });
let good = false;
try {
  const files = await playGroup(
    { name: 'e2e-chaos', project: 'e2e', workers: 1, files: ['test/e2e/chaos/'] },
    environment.signal,
  );
  good = files.length > 0 && files.every(({ status }) => status === 'passed');
  progress(good ? 'chaos: everything held' : 'chaos: something did not hold, see build/e2e-logs');
} finally {
  await environment.close(good);
}
process.exitCode = good ? 0 : 1;
