import { expect } from '@jest/globals';
import type { TerminatedState } from '../../../src/kube/core-types.ts';
import { until } from '../../support/until.ts';
import type { ScenarioEtcd } from '../support/etcd.ts';
import { EtcdWitness } from '../support/etcd-witness.ts';
import { scaleOperator } from '../support/operator.ts';
import { pairManifest } from '../support/pair.ts';
import { scenario, type Scene } from '../support/scenario.ts';

/** A way for the ACTIVE to end without a word, each on a pair of its own. */
interface Way {
  readonly name: string;
  readonly signal: NodeJS.Signals;
  readonly pod?: object;
  /** How the kubelet must tell of it: what was meant is what happened. */
  readonly end: Pick<TerminatedState, 'exitCode' | 'reason'>;
}

const ways: readonly Way[] = [
  { name: 'killed', signal: 'SIGKILL', end: { exitCode: 137, reason: 'Error' } },
  {
    name: 'oom-killed',
    signal: 'SIGUSR1', // the stand-in takes more memory than it may have
    pod: { resources: { limits: { memory: '64Mi' } } },
    end: { exitCode: 137, reason: 'OOMKilled' },
  },
  { name: 'panicking', signal: 'SIGABRT', end: { exitCode: 2, reason: 'Error' } }, // the Go runtime ends as by a panic
];

/** The shipped one of Milvus 2.6.7 and newer, and the hardest to beat. */
const sessionTTLSeconds = 15;

scenario(
  'ACTIVE is killed, OOM-killed, panicking: with the operator another process has the role sooner than without',
  async (scene) => {
    const etcd = await scene.startEtcd();
    await scene.kubectl.apply(
      ways.map(({ name, pod }) =>
        pairManifest(name, {
          sessionTTLSeconds,
          etcd: { endpoints: ['etcd:2379'], rootPath: name },
          ...(pod ? { pod } : {}),
        }),
      ),
    );
    const withOperator = await Promise.all(
      ways.map(async (way) => {
        await scene.pair(way.name).untilSteady();
        await scene.pair(way.name).untilBound();
        return endActive(scene, etcd, way);
      }),
    );
    for (const { name } of ways) {
      const { status } = await scene.pair(name).untilSteady();
      expect([name, status?.lastFailover?.how]).toEqual([name, 'LeaseRevoked']);
    }
    await scaleOperator(scene.cluster, 0);
    let alone: readonly number[];
    try {
      alone = await Promise.all(ways.map((way) => endActive(scene, etcd, way)));
    } finally {
      await scaleOperator(scene.cluster, 2);
    }
    for (const [index, { name }] of ways.entries()) {
      const [ms = 0, aloneMs = 0] = [withOperator[index], alone[index]];
      Object.assign(scene.measurements, { [`${name}-failoverMs`]: ms, [`${name}-aloneMs`]: aloneMs });
      scene.measurements[`${name}-ratioToAlone`] = Number((ms / aloneMs).toFixed(3));
    }
    await Promise.all(
      ways.map(({ name }) =>
        until(
          `the operator to catch up with ${name}`,
          async () => (await scene.pair(name).status()).history?.length === 2,
          {
            timeoutMs: 60_000,
          },
        ),
      ),
    );
  },
  { timeoutMs: 420_000 },
);

/** Ends the process that etcd calls the ACTIVE. @returns milliseconds until etcd shows another one. */
async function endActive(scene: Scene, etcd: ScenarioEtcd, { name, signal, end: meant }: Way): Promise<number> {
  const key = `${name}/meta/session/rootcoord`;
  const { HostName: podName } = (await etcd.json(key)) as { HostName: string };
  await using witness = await EtcdWitness.start(etcd, 'rootcoord', `${name}/meta/session/`);
  const { serverID } = await witness.next(undefined);
  const endedMs = Date.now();
  await scene.cluster.killContainer({ namespace: scene.namespace, pod: podName }, signal);
  const elected = await witness.next(serverID, { timeoutMs: 60_000 });
  const end = await until(`the kubelet to tell of the end of ${podName}`, async () => {
    const pod = (await scene.pair(name).pods()).find(({ metadata }) => metadata.name === podName);
    const { state, lastState } = pod?.status?.containerStatuses?.[0] ?? {};
    const told = state?.terminated ?? lastState?.terminated;
    return told && Date.parse(told.finishedAt ?? '') >= Math.floor(endedMs / 1_000) * 1_000 && told;
  });
  expect([name, end.exitCode, end.reason]).toEqual([name, meant.exitCode, meant.reason]);
  return elected.atMs - endedMs;
}
