import { progress } from '../cluster/cache.ts';
import { until } from '../support/until.ts';
import { times, type Bench } from './bench.ts';
import type { BenchPair } from './bench-pair.ts';
import { below, exactly, type Series } from './series.ts';

const usual = { ttlSeconds: 30 };

/** A switchover that was asked for: how long nobody holds the role. */
export async function switchover(bench: Bench): Promise<readonly Series[]> {
  const { repeats, followed } = bench;
  await using pair = await bench.pair('switched', usual);
  const [gaps, totals]: [number[], number[]] = [[], []];
  for (const round of times(repeats)) {
    await pair.untilAtRest();
    const before = pair.witness.holder;
    const askedMs = Date.now();
    await pair.pair.switchOver(`bench-${round}-${askedMs}`);
    const { atMs } = await pair.witness.next(before);
    gaps.push(pair.witness.noHolderMs(askedMs));
    totals.push(atMs - askedMs);
    followed.push(await pair.follow());
  }
  return [
    {
      name: 'switchover: without a holder',
      unit: 'ms',
      values: gaps,
      target: below(100, "below 100 ms plus Milvus' own stop time (0 here)"),
    },
    { name: 'switchover: from the annotation to the new holder', unit: 'ms', values: totals },
  ];
}

/** A changed template: both pods are replaced. */
export async function rollout(bench: Bench): Promise<readonly Series[]> {
  await using pair = await bench.pair('rolled-out', usual);
  const [changes, gaps, totals]: [number[], number[], number[]] = [[], [], []];
  for (const round of times(bench.repeats)) {
    await pair.pair.untilSteady();
    const askedMs = Date.now();
    await pair.pair.change({ pod: { annotations: { 'bench/round': `${round}-${askedMs}` } } });
    await pair.pair.until('UpToDate', 'True', undefined, { timeoutMs: 180_000 });
    await pair.pair.untilSteady();
    totals.push(Date.now() - askedMs);
    changes.push(pair.witness.holdersSince(askedMs).length);
    gaps.push(pair.witness.noHolderMs(askedMs));
  }
  return [
    { name: 'rollout: changes of ACTIVE', unit: 'changes', values: changes, target: exactly(1, 'exactly 1') },
    { name: 'rollout: without a holder', unit: 'ms', values: gaps },
    { name: 'rollout: from the change of the spec to a pair at rest', unit: 'ms', values: totals },
  ];
}

/** The ACTIVE's node is cordoned: the operator has all the time it needs. */
export async function cordon(bench: Bench): Promise<readonly Series[]> {
  const { kubectl } = bench.scene;
  const values: number[] = [];
  await using pair = await bench.pair('cordoned', usual);
  for (const round of times(bench.repeats)) {
    progress(`bench: cordoned, ${round}`);
    await pair.untilAtRest();
    const { nodeName } = await pair.active();
    const before = pair.witness.holder;
    await kubectl.run(['cordon', nodeName]);
    const cordonedMs = Date.now();
    try {
      const { atMs } = await pair.witness.next(before);
      values.push(atMs - cordonedMs);
      bench.followed.push(await pair.follow());
    } finally {
      await kubectl.run(['uncordon', nodeName]);
    }
  }
  const name = "the ACTIVE's node is cordoned: to the new holder";
  return [{ name, unit: 'ms', values, target: below(2_000, 'below 2,000 ms') }];
}

/** The ACTIVE's node is drained at once: the eviction may come before the operator. Then it is a failover: a pair each. */
export async function drain(bench: Bench): Promise<readonly Series[]> {
  const [changes, gaps]: [number[], number[]] = [[], []];
  for (const round of times(bench.repeats)) {
    progress(`bench: drained, ${round}`);
    await using pair = await bench.pair(`drained-${round}`, usual);
    const { nodeName } = await pair.active();
    const drainedMs = Date.now();
    await drained(pair, nodeName, bench);
    changes.push(pair.witness.holdersSince(drainedMs).length);
    gaps.push(pair.witness.noHolderMs(drainedMs));
  }
  const name = "kubectl drain of the ACTIVE's node";
  return [
    { name: `${name}: changes of ACTIVE`, unit: 'changes', values: changes, target: exactly(1, 'exactly 1') },
    { name: `${name}: without a holder`, unit: 'ms', values: gaps },
  ];
}

/** Drains a node of one pair's pods and waits until the pair is whole again. */
async function drained({ pair }: BenchPair, nodeName: string, { scene: { kubectl } }: Bench): Promise<void> {
  const which = ['--ignore-daemonsets', '--pod-selector', `ha.milvus.io/pair=${pair.name}`];
  try {
    await kubectl.run(['drain', nodeName, ...which, '--timeout', '120s']);
  } finally {
    await kubectl.run(['uncordon', nodeName]);
  }
  await until('the pair to be whole again', async () => (await pair.pods()).length === 2);
  await pair.untilSteady({ timeoutMs: 180_000 });
}
