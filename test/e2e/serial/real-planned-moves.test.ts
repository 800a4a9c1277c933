import { expect } from '@jest/globals';
import { EtcdWitness } from '../support/etcd-witness.ts';
import { loadMilvus } from '../support/milvus.ts';
import type { ScenarioPair } from '../support/pair.ts';
import { scenario, type Scene } from '../support/scenario.ts';
import { ServingWatch } from '../support/serving-watch.ts';

/** What makes the ACTIVE of a pair end as planned. */
interface Move {
  readonly name: string;
  readonly begin: (scene: Scene, pair: ScenarioPair, active: { podName: string; nodeName: string }) => Promise<void>;
  /** Undoes what would be in the way of the next move. */
  readonly end?: (scene: Scene, active: { podName: string; nodeName: string }) => Promise<void>;
}

const moves: readonly Move[] = [
  {
    name: 'switchover',
    begin: async (_, pair) => {
      const { result } = await pair.switchOver(String(Date.now()));
      expect(result).toBe('Completed');
    },
  },
  {
    name: 'podDeleted',
    begin: async ({ kubectl }, _, { podName }) => {
      await kubectl.run(['delete', 'pod', podName, '--wait=false']);
    },
  },
  {
    name: 'drain',
    begin: async ({ kubectl }, pair, { nodeName }) => {
      const pods = ['--pod-selector', `ha.milvus.io/pair=${pair.name}`];
      await kubectl.run(['drain', nodeName, ...pods, '--delete-emptydir-data', '--timeout', '120s']);
    },
    end: async ({ kubectl }, { nodeName }) => {
      await kubectl.run(['uncordon', nodeName]);
    },
  },
  {
    name: 'rollout',
    begin: async (_, pair) => {
      await pair.change({ pod: { extraEnv: [{ name: 'CHANGED', value: String(Date.now()) }] } });
    },
  },
  {
    name: 'processTold',
    begin: async ({ cluster, namespace }, _, { podName }) => {
      await cluster.killContainer({ namespace, pod: podName, container: 'milvus' }, 'SIGTERM');
    },
  },
];

scenario(
  'a real Milvus 2.3.5 keeps its lease when it is told to stop and hangs, and no planned move waits for either',
  async (scene) => {
    const image = await loadMilvus(scene, '2.3.5');
    const etcd = await scene.startEtcd();
    // The hang is cut off after that: a rootcoord without proxies never ends by itself.
    const pair = await scene.applyPair('rootcoord', { image, pod: { terminationGracePeriodSeconds: 10 } });
    await using witness = await EtcdWitness.start(etcd, 'rootcoord');
    for (const { name, begin, end } of moves) {
      const { status } = await pair.untilSteady();
      await pair.untilBound();
      const { podName = '', nodeName = '', serverID } = status?.active ?? {};
      const [pod] = (await pair.pods()).filter(({ metadata }) => metadata.name === podName);
      const begunMs = Date.now();
      await using serving = new ServingWatch(pod?.status?.podIP ?? '');
      const begun = begin(scene, pair, { podName, nodeName });
      const elected = await witness.next(serverID, { timeoutMs: 120_000 });
      await begun;
      await pair.untilSteady({ timeoutMs: 150_000 });
      scene.measurements[`${name}FreeMs`] = elected.atMs - serving.servedMs;
      scene.measurements[`${name}ReadyAgainMs`] = Date.now() - elected.atMs;
      expect(witness.holdersSince(begunMs)).toEqual([elected.serverID]);
      const { history } = await pair.status();
      expect(history?.[0]).toMatchObject({ from: podName, how: 'LeaseRevoked' });
      await end?.(scene, { podName, nodeName });
    }
  },
  { timeoutMs: 900_000 },
);
