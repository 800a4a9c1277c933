import { progress } from '../cluster/cache.ts';
import { operatorKubectl, operatorSelector, scaleOperator } from '../e2e/support/operator.ts';
import { operatorNamespace } from '../e2e/support/settings.ts';
import { times, type Bench } from './bench.ts';
import type { BenchPair, BenchPairOptions, ContainerEnd } from './bench-pair.ts';
import { below, median, type Series } from './series.ts';

/** A way for the ACTIVE to end without a word. */
interface Way {
  readonly name: string;
  readonly pair: BenchPairOptions;
  readonly signal: NodeJS.Signals;
  /** How the kubelet must tell of it: what was meant to be measured is what happened. */
  readonly end: ContainerEnd;
}

type Ending = Omit<Way, 'pair'> & { readonly pair?: Omit<BenchPairOptions, 'ttlSeconds'> };

const endings: Readonly<Record<string, Ending>> = {
  killed: { name: 'killed -9', signal: 'SIGKILL', end: { exitCode: 137, reason: 'Error' } },
  'out-of-memory': {
    name: 'OOM-killed',
    pair: { memoryLimit: '64Mi' },
    signal: 'SIGUSR1', // the stand-in takes more memory than it may have
    end: { exitCode: 137, reason: 'OOMKilled' },
  },
  panicked: {
    name: 'panics',
    signal: 'SIGABRT', // the Go runtime ends as by a panic
    end: { exitCode: 2, reason: 'Error' },
  },
};

const ways: Readonly<Record<string, Way>> = Object.fromEntries(
  [15, 30, 60].flatMap((ttlSeconds) =>
    Object.entries(endings).map(([name, ending]) => [
      `${name}-${ttlSeconds}`,
      { ...ending, pair: { ...ending.pair, ttlSeconds } },
    ]),
  ),
);

/** The ACTIVE's process ends without giving back its lease: with the operator, and the same without it. */
export async function ended(bench: Bench): Promise<readonly Series[]> {
  const { repeats, scene, followed } = bench;
  await using pairs = await bench.pairs(
    Object.fromEntries(Object.entries(ways).map(([name, { pair }]) => [name, pair])),
  );
  const measured = Object.values(ways).map((way, index) => ({ way, pair: pairs[index] as BenchPair }));
  const values = new Map<Way, number[]>(measured.map(({ way }) => [way, []]));
  for (const round of times(repeats))
    for (const { way, pair } of measured) {
      progress(`bench: ${way.name}, TTL ${pair.ttlSeconds}, ${round}`);
      await pair.untilBound();
      values.get(way)?.push(await endActive(pair, way));
      followed.push(await pair.follow());
    }
  for (const { pair } of measured) await pair.pair.untilSteady();
  progress('bench: without the operator');
  await scaleOperator(scene.cluster, 0);
  let alone: readonly (readonly number[])[];
  try {
    // Side by side: each waits for its own lease, and nobody has anything to do meanwhile.
    alone = await Promise.all(measured.map(({ way, pair }) => endedAlone(pair, way, repeats)));
  } finally {
    await scaleOperator(scene.cluster, 2);
  }
  return measured.map(({ way, pair }, index) => ({
    name: `ACTIVE ${way.name}, TTL ${pair.ttlSeconds} s: to the new holder in etcd`,
    unit: 'ms',
    values: values.get(way) ?? [],
    target: {
      words: 'median below 1,500 ms, none above 3,000 ms',
      isMet: (all) => median(all) < 1_500 && Math.max(...all) <= 3_000,
    },
    alone: alone[index] ?? [],
  }));
}

/** Nobody writes the status meanwhile: who is ACTIVE is known from the registrations alone. */
async function endedAlone(pair: BenchPair, way: Way, repeats: number): Promise<number[]> {
  const taken: number[] = [];
  for (const round of times(repeats)) {
    await pair.untilRegistered();
    taken.push(await endActive(pair, way));
    progress(`bench: ${way.name}, TTL ${pair.ttlSeconds}, without the operator, ${round}`);
  }
  return taken;
}

async function endActive(pair: BenchPair, { signal, end: meant, name }: Way): Promise<number> {
  const { tookMs, end } = await pair.killActive(signal);
  if (end.exitCode !== meant.exitCode || end.reason !== meant.reason)
    throw new Error(`${pair.pair.name} was to be ${name}, and ended with ${end.exitCode} ${end.reason ?? ''}`);
  return tookMs;
}

/** The ACTIVE and every process of the operator are killed at the same moment. */
export async function endedTogether(bench: Bench): Promise<readonly Series[]> {
  const { repeats, scene } = bench;
  await using pairs = await bench.pairs({ 'together-15': { ttlSeconds: 15 }, 'together-30': { ttlSeconds: 30 } });
  const values = new Map<BenchPair, number[]>(pairs.map((pair) => [pair, []]));
  for (const round of times(repeats)) {
    progress(`bench: killed with the operator, ${round}`);
    for (const pair of pairs) await pair.untilBound();
    const path = 'jsonpath={.items[*].metadata.name}';
    const question = ['get', 'pods', '--selector', operatorSelector, '--output', path];
    const operators = (await operatorKubectl(scene.cluster).run(question)).split(' ').filter(Boolean);
    await Promise.all([
      ...operators.map((pod) => scene.cluster.killContainer({ namespace: operatorNamespace, pod })),
      ...pairs.map(async (pair) => values.get(pair)?.push((await pair.killActive()).tookMs)),
    ]);
  }
  return pairs.map((pair) => ({
    name: `ACTIVE and the operator killed -9 at once, TTL ${pair.ttlSeconds} s: to the new holder in etcd`,
    unit: 'ms',
    values: values.get(pair) ?? [],
    target: below(
      (pair.ttlSeconds + 2) * 1_000 + 1,
      `at most TTL + 2 s: ${((pair.ttlSeconds + 2) * 1_000).toLocaleString('en-US')} ms`,
    ),
  }));
}
