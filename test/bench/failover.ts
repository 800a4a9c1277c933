import { progress } from '../cluster/cache.ts';
import { operatorKubectl, operatorSelector, scaleOperator } from '../e2e/support/operator.ts';
import { operatorNamespace } from '../e2e/support/settings.ts';
import { times, type Bench } from './bench.ts';
import type { BenchPair } from './bench-pair.ts';
import type { Series } from './series.ts';

const TARGET = 'median below 1,500 ms, none above 3,000 ms';
/** Without the operator each takes the whole rest of a lease: fewer of them tell as much. */
const ALONE_REPEATS = 3;

/** The ACTIVE's process is killed, as by `kill -9` or the kernel's OOM killer: with the operator, and without it. */
export async function killed({
  killed: pairs,
  repeats,
  followed,
  scene: { cluster },
}: Bench): Promise<readonly Series[]> {
  const values = new Map<BenchPair, number[]>(pairs.map((pair) => [pair, []]));
  for (const round of times(repeats))
    for (const pair of pairs) {
      progress(`bench: killed, TTL ${pair.ttlSeconds}, ${round}`);
      await pair.untilBound();
      values.get(pair)?.push(await pair.killActive());
      followed.push(await pair.follow());
    }
  const alone = new Map<BenchPair, number[]>();
  const [short, middle] = pairs;
  for (const pair of pairs) await pair.pair.untilSteady();
  await scaleOperator(cluster, 0);
  try {
    for (const pair of [short, middle]) alone.set(pair, await killedAlone(pair));
  } finally {
    await scaleOperator(cluster, 2);
  }
  return pairs.map((pair) => ({
    name: `ACTIVE killed -9, TTL ${pair.ttlSeconds} s: to the new holder in etcd`,
    unit: 'ms',
    values: values.get(pair) ?? [],
    target: TARGET,
    ...(alone.has(pair) ? { alone: alone.get(pair) ?? [] } : {}),
  }));
}

/** Nobody writes the status meanwhile: who is ACTIVE is known from the registrations alone. */
async function killedAlone(pair: BenchPair): Promise<number[]> {
  const taken: number[] = [];
  for (const round of times(ALONE_REPEATS)) {
    progress(`bench: without the operator, TTL ${pair.ttlSeconds}, ${round}`);
    await pair.untilRegistered();
    taken.push(await pair.killActive());
  }
  return taken;
}

/** The ACTIVE ends by a panic: exit code 2. */
export async function panicked({ killed: [, pair], repeats, followed }: Bench): Promise<readonly Series[]> {
  const values: number[] = [];
  for (const round of times(repeats)) {
    progress(`bench: panicked, ${round}`);
    await pair.untilBound();
    values.push(await pair.killActive('SIGABRT'));
    followed.push(await pair.follow());
  }
  const name = `ACTIVE panics (exit code 2), TTL ${pair.ttlSeconds} s: to the new holder in etcd`;
  return [{ name, unit: 'ms', values, target: TARGET }];
}

/** Every process of the operator is killed at the same moment. */
export async function killedTogether({
  killed: pairs,
  repeats,
  scene: { cluster },
}: Bench): Promise<readonly Series[]> {
  const [short, middle] = pairs;
  const series: Series[] = [];
  for (const pair of [short, middle]) {
    const values: number[] = [];
    for (const round of times(repeats)) {
      progress(`bench: killed with the operator, TTL ${pair.ttlSeconds}, ${round}`);
      await pair.untilBound();
      const path = 'jsonpath={.items[*].metadata.name}';
      const list = await operatorKubectl(cluster).run([
        'get',
        'pods',
        '--selector',
        operatorSelector,
        '--output',
        path,
      ]);
      const operators = list.split(' ').filter(Boolean);
      const [takenMs] = await Promise.all([
        pair.killActive(),
        ...operators.map((pod) => cluster.killContainer({ namespace: operatorNamespace, pod })),
      ]);
      values.push(takenMs);
    }
    series.push({
      name: `ACTIVE and the operator killed -9 at once, TTL ${pair.ttlSeconds} s: to the new holder in etcd`,
      unit: 'ms',
      values,
      target: `at most TTL + 2 s: ${(pair.ttlSeconds + 2) * 1_000} ms`,
    });
  }
  return series;
}
