import { expect } from '@jest/globals';
import { standInImage } from '../../images/build.ts';
import { until } from '../../support/until.ts';
import { scenario } from '../support/scenario.ts';

scenario('in ObserveOnly and Paused the plan says what would be done, and Managed does it', async (scene) => {
  await scene.startEtcd();
  const pair = await scene.applyPair('rootcoord', { image: standInImage('2.5.10') });
  const { status: before } = await pair.untilSteady();
  const lives = await pair.lives();
  const actions = async () => ((await pair.status()).plan ?? []).map(({ action }) => action);
  await pair.change({ mode: 'Paused' });
  await pair.until('Paused', 'True', 'Paused');
  expect(await actions()).toEqual([]);

  await pair.change({ image: standInImage('2.5.11') });
  const standby = before?.standby?.podName ?? '';
  const rollout = ['Begin Rollout', `EndPod ${standby}`];
  await until('the plan of a rollout', async () => (await actions()).join() === rollout.join());
  await pair.change({ mode: 'ObserveOnly' });
  await scene.kubectl.run(['delete', 'service', 'rootcoord-active']);
  const labels = [`Label Pod/${standby} standby`, `Label Pod/${before?.active?.podName ?? ''} active`];
  const all = [...labels, 'Create Service/rootcoord-active', ...rollout];
  await until('the plan of all', async () => (await actions()).toSorted().join() === all.toSorted().join());
  expect(await pair.lives()).toEqual(lives);

  await pair.change({ mode: 'Managed' });
  await pair.until('UpToDate', 'True');
  const { status } = await pair.untilSteady();
  expect(status?.plan).toBeUndefined();
  expect(status?.session?.version).toBe('2.5.11');
});
