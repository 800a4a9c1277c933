/**
 * `make bench`: measures, on a cluster of its own, what the operator promises, beside the same without the operator.
 *
 *     node test/bench/run.ts [pattern of measurements]
 *
 * REPEATS sets how many times each thing is measured (5), KEEP=1 leaves the cluster. Only a whole run writes
 * docs/benchmark.md; one with a pattern prints.
 */
import { loadavg } from 'node:os';
import { progress } from '../cluster/cache.ts';
import { openEnvironment } from '../e2e/environment.ts';
import { openScene } from '../e2e/support/scene.ts';
import { Bench } from './bench.ts';
import { ended, endedTogether } from './failover.ts';
import { followTimes } from './follow-times.ts';
import { cordon, drain, rollout, switchover } from './planned.ts';
import { powerOff } from './power-off.ts';
import { realMoves } from './real-moves.ts';
import { writeReport } from './report.ts';
import { atRest } from './rest.ts';
import type { Series } from './series.ts';

/** In this order: what disturbs the operator itself comes late. */
const measurements = {
  atRest,
  ended,
  switchover,
  rollout,
  cordon,
  drain,
  endedTogether,
  powerOff,
  followTimes,
  realMoves,
};

const [pattern = ''] = process.argv.slice(2);
const environment = await openEnvironment({ keep: process.env['KEEP'] === '1' });
let good = false;
try {
  const series: Series[] = [];
  await using stage = await openScene('bench');
  const { scene } = stage;
  const bench = new Bench(scene, await scene.startEtcd(), Number(process.env['REPEATS'] ?? 5));
  const loads = [loadavg()[0] ?? 0];
  for (const [name, measure] of Object.entries(measurements)) {
    if (!name.includes(pattern)) continue;
    environment.signal.throwIfAborted();
    progress(`bench: ${name}`);
    for (const one of await measure(bench)) {
      series.push(one);
      progress(`  ${one.name}: ${one.values.map((value) => Math.round(value)).join(', ')} ${one.unit}`);
    }
    loads.push(loadavg()[0] ?? 0);
  }
  const load = Math.max(...loads).toFixed(1);
  if (pattern === '') await writeReport(series, `load of the machine meanwhile at most ${load}`);
  good = true;
} finally {
  await environment.close(good);
}
