import { expect } from '@jest/globals';
import { EtcdWitness } from '../support/etcd-witness.ts';
import { scenario } from '../support/scenario.ts';

/** Processes that register, stand by and never take the role. */
const idle = [{ name: 'MILVUS_STANDIN_NO_TAKEOVER', value: 'true' }];

scenario('both processes stand by and nobody takes the role: it is said, and no pod is touched', async (scene) => {
  const etcd = await scene.startEtcd();
  await using witness = await EtcdWitness.start(etcd, 'rootcoord');
  const pair = await scene.applyPair('rootcoord', { sessionTTLSeconds: 10, pod: { extraEnv: idle } });
  await pair.until('StandbyReady', 'True', 'Registered');
  await pair.until('ActiveElected', 'False', 'Starting');
  const lives = await pair.lives();
  const startedMs = Date.now();
  const { message } = await pair.until('ActiveElected', 'False', 'NoTakeover');
  scene.measurements['saidMs'] = Date.now() - startedMs;
  expect(message).toMatch(/^nobody holds the role since .* although rootcoord-0 and rootcoord-1 stand by/);
  await pair.until('Stalled', 'True', 'NoTakeover');
  await pair.until('Ready', 'False', 'NoActive');
  const { action, evidence } = await pair.proposal('NoTakeover');
  expect(action).toBe('RestartPod');
  expect(evidence).toContain('is registered and does not take it');
  expect(await pair.lives()).toEqual(lives);
  expect(witness.changes).toEqual([]);
});
