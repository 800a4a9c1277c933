import { describe, expect, it } from '@jest/globals';
import { budgetsOver } from '../../../src/pair/disruption-budgets.ts';

const budget = (name: string, selector?: object) => ({
  apiVersion: 'policy/v1',
  kind: 'PodDisruptionBudget',
  metadata: { name },
  spec: selector ? { selector } : {},
});
const all = budget('all-milvus', { matchLabels: { app: 'milvus' } });
const own = budget('rootcoord', { matchLabels: { 'ha.milvus.io/pair': 'rootcoord' } });
const proxies = budget('proxies', { matchLabels: { app: 'milvus', component: 'proxy' } });
const everyPod = budget('a-budget-of-every-pod', {});
const pods = [{ app: 'milvus', 'ha.milvus.io/pair': 'rootcoord' }];

describe("budgets over a pair's pods", () => {
  it("are those of others that match the pods, not the pair's own", () => {
    const others = budgetsOver([proxies, own, all, budget('without-selector'), everyPod], 'rootcoord', pods);
    expect(others).toEqual(['a-budget-of-every-pod', 'all-milvus']);
  });

  it('are those too that match only pods that would be made', () => {
    const wished = { app: 'milvus', component: 'proxy' };
    expect(budgetsOver([proxies], 'rootcoord', [...pods, wished])).toEqual(['proxies']);
  });

  it('are none where there are none', () => {
    expect(budgetsOver([own], 'rootcoord', pods)).toEqual([]);
  });
});
