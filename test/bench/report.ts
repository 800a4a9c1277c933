import { mkdir, writeFile } from 'node:fs/promises';
import { cpus, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { root } from '../e2e/support/settings.ts';
import { median, ratio, type Series } from './series.ts';

/** The machine in a few words: numbers of another one differ. */
export function machine(): string {
  const [cpu] = cpus();
  const memory = Math.round(totalmem() / 1024 ** 3);
  return `${cpus().length} cores (${cpu?.model.trim() ?? 'unknown'}), ${memory} GiB of memory, Linux ${release().split('.', 2).join('.')}`;
}

/** Writes build/bench.json with every value, and docs/benchmark.md with what a reader wants to know. */
export async function writeReport(series: readonly Series[], busyness: string): Promise<void> {
  await mkdir(join(root, 'build'), { recursive: true });
  const withRatios = series.map((one) => ({
    ...one,
    ...(one.target ? { target: one.target.words, targetMet: one.target.isMet(one.values) } : {}),
    ratioToAlone: ratio(one),
  }));
  const json = JSON.stringify({ machine: machine(), busyness, series: withRatios }, undefined, 2);
  await writeFile(join(root, 'build', 'bench.json'), `${json}\n`);
  const path = join(root, 'docs', 'benchmark.md');
  await writeFile(path, await format(page(series, busyness), { ...(await resolveConfig(path)), filepath: path }));
}

function page(series: readonly Series[], busyness: string): string {
  const rows = series.map((one) => {
    const cells = [one.name, String(one.values.length), amount(median(one.values), one.unit), range(one)];
    return `| ${[...cells, targetOf(one), aloneOf(one), ratioOf(one)].join(' | ')} |`;
  });
  return `# Benchmark

Written by \`make bench\`; do not edit. One run on the local cluster (three nodes on one machine): ${machine()};
${busyness}. Where no real Milvus is named, stand-ins keep their sessions as Milvus 2.5 does and take up the role in 200 ms; real activation comes
on top, with and without the operator. Times with a new holder are taken from etcd by \`etcdctl watch\`, which shares no code
with the operator, in whole milliseconds: a release and the next transaction that reach it together are 0 apart. "Alone" is
the same in the same run with the operator scaled to 0; the ratio is of the medians. Planned moves are measured on fresh
pairs: three failovers in ten minutes would keep the operator from them. Rows that name a real Milvus are of a whole one with
Kafka and a client: from the last answer of the old ACTIVE that it serves to the next holder in etcd, and the longest time in which
no operation of the client succeeded. Everything shares the machine's
processors: with a load above their number each time holds the wait for one. A target that this run missed says so.

| what | times | median | min to max | target | alone: median | ratio to alone |
| --- | --- | --- | --- | --- | --- | --- |
${rows.join('\n')}

The kubelet tells of a container's end about a second after it (0.75 to 1.1 s measured on a machine at rest): that is most of
the time after a kill. The rest is one read and one revoke in etcd, and the standby's own transaction.
`;
}

function range({ values, unit }: Series): string {
  return `${amount(Math.min(...values), unit)} to ${amount(Math.max(...values), unit)}`;
}

function targetOf({ target, values }: Series): string {
  if (!target) return '';
  return `${target.words}: ${target.isMet(values) ? 'met' : '**missed**'}`;
}

function aloneOf({ alone, unit }: Series): string {
  return alone && alone.length > 0 ? amount(median(alone), unit) : '';
}

function ratioOf(series: Series): string {
  const found = ratio(series);
  return found === undefined ? '' : found.toFixed(3);
}

function amount(value: number, unit: Series['unit']): string {
  const digits = unit === '% of a core' || unit === 'MiB' ? 1 : 0;
  const number = value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
  return unit === 'changes' || unit === 'writes' ? number : `${number} ${unit}`;
}
