import { expect } from '@jest/globals';
import { until } from '../../support/until.ts';
import { EtcdWitness } from '../support/etcd-witness.ts';
import { scenario } from '../support/scenario.ts';

/** Longer than the operator's Lease lasts without being renewed. */
const outageMs = 20_000;

scenario('the API server is away: Milvus fails over all the same, and the operator is back with it', async (scene) => {
  const { cluster, namespace, measurements } = scene;
  const etcd = await scene.startEtcd();
  const pair = await scene.applyPair('rootcoord', { sessionTTLSeconds: 10 });
  await using witness = await EtcdWitness.start(etcd, 'rootcoord');
  const { status: before } = await pair.untilSteady();
  const { pid } = await cluster.findContainer({ namespace, pod: before?.active?.podName ?? '' });
  await cluster.killApiServer();
  const stoppedMs = Date.now();
  let backMs: number;
  try {
    process.kill(pid, 'SIGKILL');
    const elected = await witness.next(before?.active?.serverID, { timeoutMs: 40_000 });
    measurements['failoverMs'] = elected.atMs - stoppedMs;
    await until('the outage to be over', () => Date.now() - stoppedMs > outageMs, { timeoutMs: outageMs });
  } finally {
    backMs = Date.now();
    await cluster.restartApiServer();
  }
  await until('the status to name the holder', async () => (await pair.status()).active?.serverID === witness.holder, {
    timeoutMs: 60_000,
  });
  measurements['caughtUpMs'] = Date.now() - backMs;
  const { status } = await pair.untilSteady();
  expect(await pair.labelledActive()).toEqual([status?.active?.podName]);
  expect((await pair.pods()).map(({ metadata }) => metadata.name)).toEqual(['rootcoord-0', 'rootcoord-1']);
  expect(witness.holdersSince(stoppedMs)).toEqual([status?.active?.serverID]);
});
