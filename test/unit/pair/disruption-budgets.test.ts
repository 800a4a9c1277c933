import { describe, expect, it } from '@jest/globals';
import type { KubeClient } from '../../../src/kube/client.ts';
import { ApiError } from '../../../src/kube/errors.ts';
import { BUDGETS_MAX_AGE_MS, DisruptionBudgets } from '../../../src/pair/disruption-budgets.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';
import { fakeClient } from '../kube/fake-client.ts';

const budget = (name: string, selector: object | undefined) => ({ metadata: { name }, spec: { selector } });
const all = budget('all-milvus', { matchLabels: { app: 'milvus' } });
const own = budget('rootcoord', { matchLabels: { 'ha.milvus.io/pair': 'rootcoord' } });
const proxies = budget('proxies', { matchLabels: { app: 'milvus', component: 'proxy' } });

/** Budgets of a namespace that `answer` lists; counts the lists. */
function start(answer: () => readonly object[]) {
  const clock = new VirtualClock();
  const lists: string[] = [];
  const list = ((_kind: object, { namespace }: { namespace: string }) => {
    lists.push(namespace);
    return Promise.resolve().then(() => ({ items: answer() }));
  }) as unknown as KubeClient['list'];
  const budgets = new DisruptionBudgets(fakeClient({ list }), clock);
  const over = (aboutToMake = false, namespace = 'milvus') =>
    budgets.over({
      namespace,
      own: 'rootcoord',
      labelSets: [{ app: 'milvus', 'ha.milvus.io/pair': 'rootcoord' }],
      aboutToMake,
    });
  return { clock, lists, over };
}
const refused = (code: number) => () => {
  throw new ApiError('list poddisruptionbudgets', { code, reason: 'any' });
};

describe("budgets over a pair's pods", () => {
  it("are those of others that match the pods, not the pair's own", async () => {
    expect(await start(() => [proxies, own, all, budget('empty', undefined)]).over()).toEqual(['all-milvus']);
  });

  it('are listed once in five minutes and a namespace', async () => {
    const { clock, lists, over } = start(() => []);
    await Promise.all([over(), over(false, 'other')]);
    await clock.advance(BUDGETS_MAX_AGE_MS - 1);
    await over();
    expect(lists).toEqual(['milvus', 'other']);
    await clock.advance(1);
    await over();
    expect(lists).toEqual(['milvus', 'other', 'milvus']);
  });

  it('are listed anew right before a budget is made', async () => {
    const present: object[] = [];
    const { clock, over } = start(() => present);
    expect(await over()).toEqual([]);
    present.push(all);
    await clock.advance(5_000);
    expect(await over()).toEqual([]);
    expect(await over(true)).toEqual(['all-milvus']);
  });

  it('are not listed more often for a pair that makes none because of another', async () => {
    const { clock, lists, over } = start(() => [all]);
    await over(true);
    await clock.advance(60_000);
    await over(true);
    expect(lists).toHaveLength(1);
  });

  it('are none where they may not be listed', async () => {
    expect(await start(refused(403)).over()).toEqual([]);
  });

  it('are asked for again after a failure, which is told', async () => {
    const { lists, over } = start(refused(500));
    await expect(over()).rejects.toThrow('list poddisruptionbudgets');
    await expect(over()).rejects.toThrow('list poddisruptionbudgets');
    expect(lists).toHaveLength(2);
  });
});
