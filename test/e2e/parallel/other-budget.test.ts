import { expect } from '@jest/globals';
import { until } from '../../support/until.ts';
import { scenario } from '../support/scenario.ts';

/** Somebody's budget over every pod of Milvus. */
const allMilvus = {
  apiVersion: 'policy/v1',
  kind: 'PodDisruptionBudget',
  metadata: { name: 'all-milvus' },
  spec: { maxUnavailable: 1, selector: { matchLabels: { 'app.kubernetes.io/name': 'milvus' } } },
};

scenario(
  'where another PodDisruptionBudget matches the pods the pair makes none, and a pod can be evicted',
  async (scene) => {
    await scene.startEtcd();
    await scene.kubectl.apply(allMilvus);
    const pair = await scene.applyPair();
    const { status } = await pair.untilSteady();
    expect((await pair.until('NoConflict', 'True', 'OtherBudget')).message).toContain('all-milvus');
    const budgets = await scene.kubectl.run(['get', 'poddisruptionbudgets', '--output', 'name']);
    expect(budgets.trim()).toBe('poddisruptionbudget.policy/all-milvus');

    const name = status?.standby?.podName ?? '';
    const eviction = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace: scene.namespace } };
    const path = `/api/v1/namespaces/${scene.namespace}/pods/${name}/eviction`;
    await until('the eviction to be admitted', () =>
      scene.kubectl.run(['create', '--raw', path, '--filename', '-'], JSON.stringify(eviction)).catch(() => false),
    );
    await until('another standby', async () => (await pair.status()).standby?.serverID !== status?.standby?.serverID);
    await pair.untilSteady();
  },
);
