import { progress } from '../cluster/cache.ts';
import { until } from '../support/until.ts';
import { times, type Bench } from './bench.ts';
import type { BenchPair } from './bench-pair.ts';
import { below, type Series } from './series.ts';

const TAINT = 'node.kubernetes.io/out-of-service';
/** Outlives the time until Kubernetes calls a node not ready. */
const ttlSeconds = 60;

/**
 * The ACTIVE's node loses its power and an administrator says so by the taint of Kubernetes' non-graceful node shutdown.
 * Each time is a failover, so each has a fresh pair.
 */
export async function powerOff(bench: Bench): Promise<readonly Series[]> {
  const { cluster, kubectl } = bench.scene;
  const values: number[] = [];
  for (const round of times(bench.repeats)) {
    await using pair = await bench.pair(`powered-off-${round}`, { ttlSeconds });
    await awayFromEtcd(pair, await nodeOf(kubectl, 'etcd-0'));
    await pair.untilBound();
    const { nodeName } = await pair.active();
    progress(`bench: power-off ${round}, ${nodeName}`);
    const before = pair.witness.holder;
    await cluster.killNode(nodeName);
    try {
      const path = `jsonpath={.status.conditions[?(@.type=="Ready")].status}`;
      await until(
        'the node to be not ready',
        async () => (await kubectl.run(['get', 'node', nodeName, '--output', path])) !== 'True',
        {
          timeoutMs: 60_000,
          everyMs: 250,
        },
      );
      const taintedMs = Date.now();
      await kubectl.run(['taint', 'node', nodeName, `${TAINT}=nodeshutdown:NoExecute`]);
      const { atMs } = await pair.witness.next(before, { timeoutMs: 90_000 });
      values.push(atMs - taintedMs);
    } finally {
      await cluster.restartNode(nodeName);
      await kubectl.run(['wait', '--for=condition=Ready', `node/${nodeName}`, '--timeout=120s']);
      await kubectl.run(['taint', 'node', nodeName, `${TAINT}-`]).catch(() => undefined);
    }
  }
  return [
    {
      name: `power-off of the ACTIVE's node, TTL ${ttlSeconds} s: from the taint ${TAINT} to the new holder`,
      unit: 'ms',
      values,
      target: below(3_000, 'below 3,000 ms'),
    },
  ];
}

async function nodeOf(kubectl: Bench['scene']['kubectl'], pod: string): Promise<string> {
  return kubectl.run(['get', 'pod', pod, '--output', 'jsonpath={.spec.nodeName}']);
}

/** etcd has to outlive the node. */
async function awayFromEtcd(pair: BenchPair, etcdNode: string): Promise<void> {
  if ((await pair.active()).nodeName === etcdNode) await pair.pair.switchOver(`away-from-etcd-${Date.now()}`);
}
