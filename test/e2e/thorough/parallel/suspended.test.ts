import { expect } from '@jest/globals';
import { until } from '../../../support/until.ts';
import { scenario } from '../../support/scenario.ts';

scenario('a suspended pair has no pods, also while etcd is away, and comes back as it was', async (scene) => {
  const { kubectl } = scene;
  await scene.startEtcd();
  const pair = await scene.applyPair();
  await pair.untilSteady();
  const made = () => kubectl.run(['get', 'statefulset,service,pdb', '--output', 'jsonpath={.items[*].metadata.uid}']);
  const before = await made();
  const annotate = (value: string) => kubectl.run(['annotate', 'coordinatorpair', pair.name, value]);

  await annotate('ha.milvus.io/suspended-by=6a2f3c1e-0000-4000-8000-000000000001');
  await pair.until('Ready', 'False', 'Suspended');
  await until('the pods to be gone', async () => (await pair.pods()).length === 0, { timeoutMs: 90_000 });

  await kubectl.run(['scale', 'statefulset', 'etcd', '--replicas=0']);
  await pair.until('EtcdReachable', 'False');
  expect((await pair.status()).summary).toMatch(/^suspended by EtcdRecovery 6a2f3c1e-/);
  expect(await pair.pods()).toEqual([]);
  await kubectl.run(['scale', 'statefulset', 'etcd', '--replicas=1']);
  await pair.until('EtcdHealthy', 'True');
  expect(await pair.condition('Ready')).toMatchObject({ reason: 'Suspended' });

  await annotate('ha.milvus.io/suspended-by-');
  await pair.untilSteady();
  expect(await made()).toBe(before);
});
