import { expect } from '@jest/globals';
import type { TerminatedState } from '../../../src/kube/core-types.ts';
import { until } from '../../support/until.ts';
import type { ScenarioEtcd } from './etcd.ts';
import { EtcdWitness } from './etcd-witness.ts';
import { pairManifest } from './pair.ts';
import type { Scene } from './scene.ts';

/** A way for the ACTIVE to end without a word, each on a pair of its own. */
export interface Way {
  readonly name: string;
  readonly signal: NodeJS.Signals;
  readonly pod?: object;
  /** How the kubelet must tell of it: what was meant is what happened. */
  readonly end: Pick<TerminatedState, 'exitCode' | 'reason'>;
}

/** Every way that is played. */
export const ways: readonly Way[] = [
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

/** A pair for a way. */
const pairFor = ({ name, pod }: Way): object =>
  pairManifest(name, {
    sessionTTLSeconds,
    etcd: { endpoints: ['etcd:2379'], rootPath: name },
    ...(pod ? { pod } : {}),
  });

/** Ends the ACTIVE of each way once its pair is ready, and sees that its lease was revoked. @returns milliseconds of each. */
export async function endEach(scene: Scene, etcd: ScenarioEtcd, chosen: readonly Way[]): Promise<readonly number[]> {
  await scene.kubectl.apply(chosen.map(pairFor));
  const tookMs = await Promise.all(
    chosen.map(async (way) => {
      await scene.pair(way.name).untilSteady();
      await scene.pair(way.name).untilBound();
      return endActive(scene, etcd, way);
    }),
  );
  for (const { name } of chosen) {
    const { status } = await scene.pair(name).untilSteady();
    expect([name, status?.lastFailover?.how]).toEqual([name, 'LeaseRevoked']);
  }
  return tookMs;
}

/** Ends the process that etcd calls the ACTIVE. @returns milliseconds until etcd shows another one. */
export async function endActive(scene: Scene, etcd: ScenarioEtcd, { name, signal, end: meant }: Way): Promise<number> {
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
