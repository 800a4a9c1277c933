import { expect } from '@jest/globals';
import { standInImage } from '../../images/build.ts';
import { until } from '../../support/until.ts';
import { EtcdWitness } from '../support/etcd-witness.ts';
import { commandsRunBy, openDesk } from '../support/page-commands.ts';
import { pairManifest } from '../support/pair.ts';
import { scenario, type Scene } from '../support/scenario.ts';

const oldRoles = ['rootcoord', 'querycoord', 'datacoord'];
const sessionTTLSeconds = 10;
const session = 'by-dev/meta/session/';

const oldPair = (role: string): object =>
  pairManifest(role, { role, image: standInImage('2.5.10'), sessionTTLSeconds });
const mixcoord = (release: string): object =>
  pairManifest('mixcoord', { role: 'mixcoord', image: standInImage(release), sessionTTLSeconds });

async function startOld(scene: Scene): Promise<void> {
  await scene.kubectl.apply(oldRoles.map(oldPair));
  await Promise.all(oldRoles.map((role) => scene.pair(role).untilSteady()));
}

/** Stops the three pairs; their pods are gone when this returns. */
async function stopOld(scene: Scene): Promise<void> {
  await Promise.all(
    oldRoles.map(async (role) => {
      const pair = scene.pair(role);
      await pair.change({ runState: 'Stopped' });
      await until(`no pod of ${role}`, async () => (await pair.pods()).length === 0, { timeoutMs: 120_000 });
    }),
  );
}

scenario('from 2.5 to 2.6 by stopping three pairs and applying one', async (scene) => {
  const [stop = '', wait = '', remove = ''] = await commandsRunBy(
    'test/e2e/parallel/upgrade-2-5-to-2-6.test.ts',
    'docs/upgrade-2.5-to-2.6.md',
  );
  await using desk = await openDesk(scene);
  const etcd = await scene.startEtcd();
  await startOld(scene);
  const stoppedMs = Date.now();
  await desk.type(stop);
  for (const role of oldRoles) await scene.pair(role).until('Ready', 'False', 'Stopped');
  // What a standby datacoord left behind keeps mixcoord waiting for one TTL at most.
  await scene.kubectl.apply(mixcoord('2.6.7'));
  await desk.type(wait);
  const { status } = await scene.pair('mixcoord').untilSteady();
  scene.measurements['withoutCoordinatorsMs'] = Date.now() - stoppedMs;
  expect(status?.session?.version).toBe('2.6.7');
  const keys = (await etcd.keys(session)).filter((key) => oldRoles.some((role) => key.startsWith(`${session}${role}`)));
  expect(keys).toEqual([]);
  await scene.pair('mixcoord').until('NoConflict', 'True', 'NoConflict');
  await desk.type(remove);
  await scene.pair('mixcoord').untilSteady();
});

scenario(
  'mixcoord applied while 2.5 still runs waits, says why, and takes over when the last one is stopped',
  async (scene) => {
    const etcd = await scene.startEtcd();
    await startOld(scene);
    await using witness = await EtcdWitness.start(etcd, 'mixcoord');
    await scene.kubectl.apply(mixcoord('2.6.13'));
    const pair = scene.pair('mixcoord');
    const { message } = await pair.until('NoConflict', 'False', 'OlderLayout');
    for (const role of oldRoles) expect(message).toContain(`${role}-`);
    await pair.until('Ready', 'False', 'Conflict');
    await pair.untilEvent('Conflict');
    expect(await pair.switchOver('early')).toMatchObject({ result: 'Refused' });
    expect(witness.holder).toBeUndefined();
    for (const role of oldRoles) expect((await scene.pair(role).condition('Ready'))?.status).toBe('True');

    await stopOld(scene);
    await pair.untilSteady();
    await pair.until('NoConflict', 'True', 'NoConflict');
    // mixcoord of 2.6.8 and newer guards the old roles; the stopped pairs do not mind.
    expect(await etcd.keys(`${session}rootcoord`)).toEqual([`${session}rootcoord`]);
    for (const role of oldRoles) expect((await scene.pair(role).condition('NoConflict'))?.status).toBe('True');

    // Going back is refused before a pod is made: the data belongs to the newer version now.
    await scene.pair('rootcoord').change({ runState: 'Running' });
    await scene.pair('rootcoord').until('SpecValid', 'False', 'Downgrade');
    expect(await scene.pair('rootcoord').pods()).toEqual([]);
  },
);

scenario('a 2.5 pair started beside mixcoord of 2.6.7, which nothing keeps out, says what is wrong', async (scene) => {
  await scene.startEtcd();
  await scene.kubectl.apply(mixcoord('2.6.7'));
  await scene.pair('mixcoord').untilSteady();
  await scene.kubectl.apply(oldPair('rootcoord'));
  const old = scene.pair('rootcoord');
  expect((await old.until('NoConflict', 'False', 'NewerLayout')).message).toContain('mixcoord-');
  await scene.pair('mixcoord').until('NoConflict', 'False', 'OlderLayout');
  await old.change({ runState: 'Stopped' });
  await scene.pair('mixcoord').until('NoConflict', 'True', 'NoConflict');
  await scene.pair('mixcoord').untilSteady();
});
