import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Cluster } from '../cluster/cluster.ts';
import { operatorWrites } from '../e2e/support/audit.ts';
import { leadingPod } from '../e2e/support/operator.ts';
import { operatorNamespace } from '../e2e/support/settings.ts';
import { until } from '../support/until.ts';
import { times, type Bench } from './bench.ts';
import { exactly, type Series } from './series.ts';

const REST_MS = 60_000;
const PAIRS = 5;
/** Linux counts processor time in hundredths of a second (USER_HZ). */
const TICKS_A_SECOND = 100;

/** What the leading operator costs while nothing happens. */
export async function atRest(bench: Bench): Promise<readonly Series[]> {
  const { cluster, client } = bench.scene;
  const options = { ttlSeconds: 30 };
  await using pairs = await bench.pairs(
    Object.fromEntries(times(PAIRS).map((number) => [`at-rest-${number}`, options])),
  );
  await until('the operator to be quiet', async () => (await otherWrites(cluster, Date.now() - 15_000)) === 0, {
    timeoutMs: 180_000,
    everyMs: 1_000,
  });
  const pod = (await leadingPod(client)) ?? '';
  const { pid } = await cluster.findContainer({ namespace: operatorNamespace, pod });
  const [sinceMs, before] = [Date.now(), await ticksOf(pid)];
  await sleep(REST_MS);
  const seconds = (Date.now() - sinceMs) / 1_000;
  const used = ((await ticksOf(pid)) - before) / TICKS_A_SECOND / seconds;
  const about = `at rest, ${pairs.length} pairs`;
  return [
    { name: `${about}: memory of the leading operator (RSS)`, unit: 'MiB', values: [await rssOf(pid)] },
    { name: `${about}: processor`, unit: '% of a core', values: [used * 100] },
    {
      name: `${about}: writes in a minute but for its Lease`,
      unit: 'writes',
      values: [await otherWrites(cluster, sinceMs)],
      target: exactly(0, '0'),
    },
  ];
}

async function otherWrites(cluster: Cluster, sinceMs: number): Promise<number> {
  return (await operatorWrites(cluster, { sinceMs })).filter(({ resource }) => resource !== 'leases').length;
}

async function ticksOf(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(fields[11]) + Number(fields[12]);
}

async function rssOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]) / 1_024;
}
