import { expect } from '@jest/globals';
import { EtcdWitness } from '../support/etcd-witness.ts';
import { loadMilvus } from '../support/milvus.ts';
import type { ScenarioPair } from '../support/pair.ts';
import { activePlace, plannedMoves, type ActivePlace } from '../support/planned-moves.ts';
import { scenario, type Scene } from '../support/scenario.ts';
import { ServingWatch } from '../support/serving-watch.ts';

/** A hang is cut off after that: a rootcoord without proxies never ends by itself. */
const pod = { terminationGracePeriodSeconds: 5 };

scenario(
  'a real Milvus 2.3.5 keeps its lease when it is told to stop and hangs, and no planned move waits for either',
  async (scene) => {
    const { cluster, kubectl, namespace } = scene;
    const image = await loadMilvus(scene, '2.3.5');
    const etcd = await scene.startEtcd();
    const pair = await scene.applyPair('rootcoord', { image, pod });
    const told = await scene.applyPair('told', { image, pod, etcd: { endpoints: ['etcd:2379'], rootPath: 'told' } });
    await using witness = await EtcdWitness.start(etcd, 'rootcoord');
    await using toldWitness = await EtcdWitness.start(etcd, 'rootcoord', 'told/meta/session/');

    const moved = async (names: readonly (keyof typeof plannedMoves)[]) => {
      for (const name of names) {
        const { begin, end } = plannedMoves[name];
        const active = await movedOnce(scene, pair, witness, name, (place) => begin(kubectl, pair, place));
        await end(kubectl, active);
      }
    };
    const toldToStop = movedOnce(scene, told, toldWitness, 'processTold', ({ podName }) =>
      cluster.killContainer({ namespace, pod: podName, container: 'milvus' }, 'SIGTERM'),
    );
    await allOf([toldToStop, moved(['switchover', 'podDeleted', 'rollout'])]);
    await moved(['drain']); // by itself: the other pair leaves the node as well
  },
  { timeoutMs: 480_000 },
);

/** Waits for all, also when one fails: what runs on must not lose its cluster. @throws the first failure. */
async function allOf(running: readonly Promise<unknown>[]): Promise<void> {
  await Promise.allSettled(running);
  await Promise.all(running);
}

/** Ends the ACTIVE of a pair: the operator ends its lease, and ACTIVE changes once. @returns where it was. */
async function movedOnce(
  { measurements }: Scene,
  pair: ScenarioPair,
  witness: EtcdWitness,
  name: string,
  end: (active: ActivePlace) => Promise<void>,
): Promise<ActivePlace> {
  await pair.untilSteady();
  await pair.untilActiveBound();
  const active = await activePlace(pair);
  const { serverID } = (await pair.status()).active ?? {};
  const before = (await pair.pods()).find(({ metadata }) => metadata.name === active.podName);
  const begunMs = Date.now();
  await using serving = new ServingWatch(before?.status?.podIP ?? '', 'rootcoord');
  const ending = end(active);
  const elected = await witness.next(serverID, { timeoutMs: 120_000 });
  await ending;
  await pair.untilSteady({ timeoutMs: 150_000 });
  measurements[`${name}FreeMs`] = elected.atMs - serving.servedMs;
  measurements[`${name}ReadyAgainMs`] = Date.now() - elected.atMs;
  expect(witness.holdersSince(begunMs)).toEqual([elected.serverID]);
  const { history } = await pair.status();
  expect(history?.[0]).toMatchObject({ from: active.podName, how: 'LeaseRevoked' });
  return active;
}
