import { expect } from '@jest/globals';
import { scenario } from '../../support/scenario.ts';

/** Somebody's budget over every pod of Milvus. */
const allMilvus = {
  apiVersion: 'policy/v1',
  kind: 'PodDisruptionBudget',
  metadata: { name: 'all-milvus' },
  spec: { maxUnavailable: 1, selector: { matchLabels: { 'app.kubernetes.io/name': 'milvus' } } },
};

scenario('a PodDisruptionBudget that is made later is told of at once, and its end too', async (scene) => {
  await scene.startEtcd();
  const pair = await scene.applyPair();
  await pair.untilSteady();
  const madeMs = Date.now();
  await scene.kubectl.apply(allMilvus);
  expect((await pair.until('NoConflict', 'False', 'TwoBudgets')).message).toContain('all-milvus');
  scene.measurements['toldMs'] = Date.now() - madeMs;
  await scene.kubectl.run(['delete', 'poddisruptionbudget', 'all-milvus']);
  await pair.until('NoConflict', 'True', 'NoConflict');
});
