import { progress } from '../cluster/cache.ts';
import { impactOf, roleFreeMs, untilServed, type Impact, type WatchedRole } from '../e2e/support/clients/impact.ts';
import { operationKinds } from '../e2e/support/clients/operations.ts';
import { Workload } from '../e2e/support/clients/workload.ts';
import { EtcdWitness } from '../e2e/support/etcd-witness.ts';
import { loadArchive } from '../e2e/support/milvus.ts';
import { activePlace, plannedMoves } from '../e2e/support/planned-moves.ts';
import {
  addressOfWholeMilvus,
  etcdOfWholeMilvus,
  untilWholeMilvusReady,
  wholeMilvus,
  wholeMilvusImages,
  wholeMilvusRoles,
} from '../e2e/support/whole-milvus.ts';
import { times, type Bench } from './bench.ts';
import { below, exactly, type Series } from './series.ts';

const inWords: Readonly<Record<keyof typeof plannedMoves, string>> = {
  switchover: 'switchover',
  podDeleted: 'its pod is deleted',
  rollout: 'rollout of the pair',
  drain: 'its node is drained',
};

/** A whole Milvus on the bench's cluster, with clients and a watch on each role. */
interface RunningMilvus {
  readonly bench: Bench;
  readonly workload: Workload;
  readonly roles: readonly WatchedRole[];
}

/**
 * Every planned move of the rootcoord of a whole, real Milvus 2.3.5, and a rollout of all its pairs, while clients search, insert
 * and create collections: what each costs them, one after the other on one Milvus.
 */
export async function realMoves(bench: Bench): Promise<readonly Series[]> {
  const { cluster, kubectl, namespace } = bench.scene;
  for (const { path, nodes } of await wholeMilvusImages(['2.3.5'])) await loadArchive(cluster, path, nodes);
  await kubectl.apply(await wholeMilvus(kubectl, namespace, '2.3.5'));
  await untilWholeMilvusReady(kubectl);
  const etcd = await etcdOfWholeMilvus(kubectl);
  await using stack = new AsyncDisposableStack();
  const roles: WatchedRole[] = [];
  for (const role of wholeMilvusRoles)
    roles.push({ role, etcd, witness: stack.use(await EtcdWitness.start(etcd, role)) });
  await using workload = await Workload.start(await addressOfWholeMilvus(kubectl));
  await untilServed(workload);
  const milvus = { bench, workload, roles };
  const series: Series[] = [];
  for (const name of Object.keys(plannedMoves) as (keyof typeof plannedMoves)[])
    series.push(...seriesOf(`rootcoord: ${inWords[name]}`, await movesOf(milvus, name)));
  series.push(...seriesOf('rollout of its three pairs at once', await rolloutsOfAll(milvus)));
  await workload.stop();
  const { missing } = await workload.audit();
  if (missing.length > 0) throw new Error(`Milvus lost ${missing.length} rows of ${workload.acknowledged.length}`);
  return series;
}

async function movesOf({ bench, workload, roles }: RunningMilvus, name: keyof typeof plannedMoves): Promise<Impact[]> {
  const { scene, repeats } = bench;
  const { kubectl } = scene;
  const { begin, end } = plannedMoves[name];
  const pair = scene.pair('rootcoord');
  const moved = roles.filter(({ role }) => role === 'rootcoord');
  const impacts: Impact[] = [];
  for (const round of times(repeats)) {
    await pair.untilSteady({ timeoutMs: 180_000 });
    await pair.untilActiveBound();
    const active = await activePlace(pair);
    impacts.push(tell(name, round, await impactOf(workload, moved, () => begin(kubectl, pair, active))));
    await end(kubectl, active);
  }
  return impacts;
}

async function rolloutsOfAll({ bench, workload, roles }: RunningMilvus): Promise<Impact[]> {
  const { scene, repeats } = bench;
  const pairs = roles.map(({ role }) => scene.pair(role));
  const impacts: Impact[] = [];
  for (const round of times(repeats)) {
    for (const pair of pairs) {
      await pair.untilSteady({ timeoutMs: 180_000 });
      await pair.untilActiveBound();
    }
    const rollOut = async () => {
      const pod = { annotations: { 'example.com/changed': String(Date.now()) } };
      await Promise.all(pairs.map((pair) => pair.change({ pod })));
      for (const pair of pairs) await pair.until('UpToDate', 'True', undefined, { timeoutMs: 240_000 });
    };
    impacts.push(tell('rollout of all', round, await impactOf(workload, roles, rollOut)));
  }
  return impacts;
}

function tell(name: string, round: number, impact: Impact): Impact {
  const free = impact.roles.map(({ role, freeMs }) => `${role} ${freeMs} ms`);
  progress(`bench: real Milvus, ${name}, ${round}: ${free.join(', ')} free; ${JSON.stringify(impact.longestGapMs)}`);
  return impact;
}

function seriesOf(move: string, impacts: readonly Impact[]): readonly Series[] {
  const name = `real Milvus 2.3.5, ${move}`;
  return [
    {
      name: `${name}: changes of ACTIVE`,
      unit: 'changes',
      values: impacts.flatMap(({ roles }) => roles.map(({ holders }) => holders.length)),
      target: exactly(1, 'exactly 1'),
    },
    {
      name: `${name}: nobody serves in a role`,
      unit: 'ms',
      values: impacts.map(roleFreeMs),
      target: below(300, 'below 300 ms'),
    },
    ...operationKinds.map((kind): Series => ({
      name: `${name}: longest time without ${kind}`,
      unit: 'ms',
      values: impacts.map(({ longestGapMs }) => longestGapMs[kind]),
      target: below(2_500, 'below 2,500 ms'),
    })),
  ];
}
