import { progress } from '../cluster/cache.ts';
import { until } from '../support/until.ts';
import { times, type Bench } from './bench.ts';
import type { Series } from './series.ts';

/** A switchover that was asked for: how long nobody holds the role. */
export async function switchover({ moved: pair, repeats, followed }: Bench): Promise<readonly Series[]> {
  const [gaps, totals]: [number[], number[]] = [[], []];
  for (const round of times(repeats)) {
    await pair.pair.untilSteady();
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
      target: "below 100 ms plus Milvus' own stop time (0 here)",
    },
    { name: 'switchover: from the annotation to the new holder', unit: 'ms', values: totals },
  ];
}

/** A changed template: both pods are replaced. */
export async function rollout({ moved: pair, repeats }: Bench): Promise<readonly Series[]> {
  const [changes, gaps, totals]: [number[], number[], number[]] = [[], [], []];
  for (const round of times(repeats)) {
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
    { name: 'rollout: changes of ACTIVE', unit: 'changes', values: changes, target: 'exactly 1' },
    { name: 'rollout: without a holder', unit: 'ms', values: gaps },
    { name: 'rollout: from the change of the spec to a pair at rest', unit: 'ms', values: totals },
  ];
}

/** The ACTIVE's node is cordoned; and drained at once. */
export async function drain({ moved: pair, repeats, scene: { kubectl }, followed }: Bench): Promise<readonly Series[]> {
  const [cordoned, changes, gaps]: [number[], number[], number[]] = [[], [], []];
  for (const round of times(repeats)) {
    progress(`bench: cordoned, ${round}`);
    await pair.pair.untilSteady();
    const { nodeName } = await pair.active();
    const before = pair.witness.holder;
    await kubectl.run(['cordon', nodeName]);
    const cordonedMs = Date.now();
    try {
      const { atMs } = await pair.witness.next(before);
      cordoned.push(atMs - cordonedMs);
      followed.push(await pair.follow());
    } finally {
      await kubectl.run(['uncordon', nodeName]);
    }
  }
  for (const round of times(repeats)) {
    progress(`bench: drained, ${round}`);
    await pair.pair.untilSteady({ timeoutMs: 180_000 });
    const { nodeName } = await pair.active();
    const drainedMs = Date.now();
    const which = ['--ignore-daemonsets', '--pod-selector', `ha.milvus.io/pair=${pair.pair.name}`];
    try {
      await kubectl.run(['drain', nodeName, ...which, '--timeout', '120s']);
    } finally {
      await kubectl.run(['uncordon', nodeName]);
    }
    await until('the pair to be whole again', async () => (await pair.pair.pods()).length === 2);
    await pair.pair.untilSteady({ timeoutMs: 180_000 });
    changes.push(pair.witness.holdersSince(drainedMs).length);
    gaps.push(pair.witness.noHolderMs(drainedMs));
  }
  return [
    {
      name: "the ACTIVE's node is cordoned: to the new holder",
      unit: 'ms',
      values: cordoned,
      target: 'below 2,000 ms',
    },
    {
      name: "kubectl drain of the ACTIVE's node: changes of ACTIVE",
      unit: 'changes',
      values: changes,
      target: 'exactly 1',
    },
    { name: "kubectl drain of the ACTIVE's node: without a holder", unit: 'ms', values: gaps },
  ];
}
