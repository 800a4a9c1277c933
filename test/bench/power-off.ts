import { progress } from '../cluster/cache.ts';
import { until } from '../support/until.ts';
import { times, type Bench } from './bench.ts';
import type { BenchPair } from './bench-pair.ts';
import type { Series } from './series.ts';

const TAINT = 'node.kubernetes.io/out-of-service';
/** Each takes two minutes: a node that is found out, and one that boots. */
const REPEATS = 3;

/**
 * The ACTIVE's node loses its power and an administrator says so by the taint of Kubernetes' non-graceful node shutdown.
 * On the pair with the longest lease: it outlives the time until Kubernetes calls the node not ready.
 */
export async function powerOff({ poweredOff: pair, scene }: Bench): Promise<readonly Series[]> {
  const { cluster, kubectl } = scene;
  const values: number[] = [];
  for (const round of times(REPEATS)) {
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
      name: `power-off of the ACTIVE's node, TTL ${pair.ttlSeconds} s: from the taint ${TAINT} to the new holder`,
      unit: 'ms',
      values,
      target: 'below 3,000 ms',
    },
  ];
}

async function nodeOf(kubectl: Bench['scene']['kubectl'], pod: string): Promise<string> {
  return kubectl.run(['get', 'pod', pod, '--output', 'jsonpath={.spec.nodeName}']);
}

/** etcd has to outlive the node. */
async function awayFromEtcd(pair: BenchPair, etcdNode: string): Promise<void> {
  await pair.pair.untilSteady({ timeoutMs: 180_000 });
  if ((await pair.active()).nodeName === etcdNode) await pair.pair.switchOver(`away-from-etcd-${Date.now()}`);
}
