import { expect } from '@jest/globals';
import { careSpec, releaseManifests, workloadSpec } from '../../support/helm-workload.ts';
import { scenario } from '../../support/scenario.ts';

scenario('a StatefulSet of somebody else is looked after; another budget over its pods is enough', async (scene) => {
  await scene.startEtcd();
  await scene.kubectl.apply([
    ...releaseManifests('StatefulSet'),
    {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: { name: 'theirs' },
      spec: { maxUnavailable: 1, selector: { matchLabels: { component: 'rootcoord' } } },
    },
  ]);
  const before = await workloadSpec(scene, 'statefulset');
  const pair = await scene.applyPair('rootcoord', careSpec('StatefulSet'));
  await pair.untilSteady();
  expect((await pair.until('NoConflict', 'True', 'OtherBudget')).message).toContain('theirs');
  const budgets = await scene.kubectl.run(['get', 'poddisruptionbudgets', '--output', 'name']);
  expect(budgets.trim()).toBe('poddisruptionbudget.policy/theirs');

  expect(await pair.switchOver('first')).toMatchObject({ result: 'Completed' });
  await pair.untilSteady();
  expect(await workloadSpec(scene, 'statefulset')).toBe(before);
});
