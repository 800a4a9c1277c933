import { expect } from '@jest/globals';
import { standInImage } from '../../../images/build.ts';
import { until } from '../../../support/until.ts';
import { pairManifest } from '../../support/pair.ts';
import { scenario } from '../../support/scenario.ts';

const sessionTTLSeconds = 10;

const mixcoord = (release: string): object =>
  pairManifest('mixcoord', { role: 'mixcoord', image: standInImage(release), sessionTTLSeconds });

scenario('a mixcoord pair goes from 2.5 to 2.6 by a stop, and by the image alone not at all', async (scene) => {
  await scene.startEtcd();
  await scene.kubectl.apply(mixcoord('2.5.10'));
  const pair = scene.pair('mixcoord');
  const { status: before } = await pair.untilSteady();
  const lives = await pair.lives();
  await pair.change({ image: standInImage('2.6.7') });
  expect((await pair.until('NoConflict', 'False', 'OlderLayout')).message).toContain('rootcoord-');
  // It goes on as the pair of 2.5 that it is.
  await pair.until('Ready', 'True', 'PairReady');
  const { active, transition, history } = await pair.status();
  expect({ active, transition, history }).toEqual({ active: before?.active });
  expect(await pair.labelledActive()).toEqual([before?.active?.podName]);
  expect(await pair.lives()).toEqual(lives);

  await pair.change({ runState: 'Stopped' });
  await until('no pod', async () => (await pair.pods()).length === 0, { timeoutMs: 120_000 });
  await pair.change({ runState: 'Running' });
  const { status } = await pair.untilSteady();
  expect(status?.session?.version).toBe('2.6.7');
  expect([status?.history, status?.lastFailover]).toEqual([undefined, undefined]);
  await pair.until('NoConflict', 'True', 'NoConflict');
});
