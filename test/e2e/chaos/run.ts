/**
 * `make chaos`: 200 steps of random faults on a cluster of its own.
 *
 *     SEED=4711 STEPS=50 node test/e2e/chaos/run.ts
 *
 * The seed is printed with each step; the same one makes the same faults. KEEP=1 leaves the cluster.
 */
import { progress } from '../../cluster/cache.ts';
import { openEnvironment } from '../environment.ts';
import { playGroup } from '../groups.ts';

const environment = await openEnvironment({ keep: process.env['KEEP'] === '1' });
let good = false;
try {
  good = await playGroup({ name: 'chaos', workers: 1 }, '', environment.signal);
  progress(good ? 'chaos: everything held' : 'chaos: something did not hold, see build/e2e-logs');
} finally {
  await environment.close(good);
}
process.exitCode = good ? 0 : 1;
