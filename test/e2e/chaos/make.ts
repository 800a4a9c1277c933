import { setTimeout as sleep } from 'node:timers/promises';
import type { Cluster } from '../../cluster/cluster.ts';
import type { ContainerRef } from '../../cluster/faults.ts';
import { operatorKubectl, operatorSelector } from '../support/operator.ts';
import { operatorNamespace } from '../support/settings.ts';
import type { Scene } from '../support/scene.ts';
import type { ScenarioPair } from '../support/pair.ts';
import type { Fault, Victim } from './faults.ts';

/** What faults are made on. */
export interface ChaosWorld {
  readonly scene: Scene;
  readonly pairs: readonly ScenarioPair[];
}

/** A fault whose victims are known: making it, and what it takes to end it. */
interface PreparedFault {
  readonly make: () => Promise<void>;
  /** How long it lasts, and how it is undone after that. */
  readonly end?: { readonly seconds: number; readonly undo: () => Promise<void> };
  /** Whoever asks the API server must come before it. */
  readonly last: boolean;
}

/**
 * Makes the faults of one step at once and undoes them, each after its time, those of the API server first: everything
 * else may need it.
 *
 * @returns when all is undone, the faults that were made: one whose victim is not there is left out.
 */
export async function makeFaults(faults: readonly Fault[], world: ChaosWorld): Promise<readonly Fault[]> {
  const found = await Promise.all(faults.map(async (fault) => ({ fault, prepared: await prepare(fault, world) })));
  const prepared = found.flatMap((one) => one.prepared ?? []);
  prepared.sort((a, b) => Number(a.last) - Number(b.last));
  const ends: (() => Promise<void>)[] = [];
  for (const { make, end } of prepared) {
    await make();
    if (!end) continue;
    const over = sleep(end.seconds * 1_000);
    ends.unshift(async () => {
      await over;
      await end.undo();
    });
  }
  for (const end of ends) await end();
  return found.flatMap((one) => (one.prepared ? one.fault : []));
}

/** Finds a fault's victims while everything still answers. @returns undefined when they are not there. */
async function prepare(fault: Fault, { scene, pairs }: ChaosWorld): Promise<PreparedFault | undefined> {
  const { cluster, namespace, kubectl } = scene;
  switch (fault.kind) {
    case 'kill': {
      const victim = await victimOf(pairs, fault);
      if (victim === undefined) return undefined;
      return { make: () => killIfRunning(cluster, { namespace, pod: victim }), last: false };
    }
    case 'freeze': {
      const victim = await victimOf(pairs, fault);
      if (victim === undefined) return undefined;
      const ref = { namespace, pod: victim };
      const end = { seconds: fault.seconds, undo: () => ignoreGone(cluster.thawContainer(ref)) };
      return { make: () => ignoreGone(cluster.freezeContainer(ref)), end, last: false };
    }
    case 'cut node': {
      const node = nodeAt(cluster, fault.node);
      const end = { seconds: fault.seconds, undo: () => cluster.restoreNetwork(node) };
      return { make: () => cluster.cutNetwork(node), end, last: false };
    }
    case 'drain node': {
      const node = nodeAt(cluster, fault.node);
      const drain = async () => {
        // Only what is under test: an etcd whose member has gone elsewhere is another story.
        const which = ['--ignore-daemonsets', '--pod-selector', 'app.kubernetes.io/name=milvus'];
        // A pair that another fault of this step has harmed may keep its budget closed for longer.
        await kubectl.run(['drain', node, ...which, '--timeout', '60s']).catch(() => undefined);
      };
      return { make: drain, end: { seconds: 0, undo: () => uncordon(scene, node) }, last: false };
    }
    case 'kill etcd': {
      const make = async () => {
        for (const ref of etcdMembers(namespace, fault.members)) await killIfRunning(cluster, ref);
      };
      return { make, last: false };
    }
    case 'stop etcd': {
      const members = etcdMembers(namespace, fault.members);
      const make = async () => {
        for (const ref of members) await ignoreGone(cluster.freezeContainer(ref));
      };
      const undo = async () => {
        for (const ref of members) await ignoreGone(cluster.thawContainer(ref));
      };
      return { make, end: { seconds: fault.seconds, undo }, last: false };
    }
    case 'kill operator': {
      const pods = await operatorPods(cluster);
      const make = async () => {
        for (const pod of pods) await killIfRunning(cluster, { namespace: operatorNamespace, pod });
      };
      return { make, last: false };
    }
    case 'stop API server': {
      const end = { seconds: fault.seconds, undo: () => cluster.continueApiServer() };
      return { make: () => cluster.stopApiServer(), end, last: true };
    }
    case 'kill API server': {
      const end = { seconds: fault.seconds, undo: () => cluster.restartApiServer() };
      return { make: () => cluster.killApiServer(), end, last: true };
    }
  }
}

/** The pod of a pair's ACTIVE or of its STANDBY; a pair that waits for calm has no STANDBY. */
async function victimOf(
  pairs: readonly ScenarioPair[],
  { pair: index, victim }: { readonly pair: number; readonly victim: Victim },
): Promise<string | undefined> {
  return (await pairs[index]?.status())?.[victim]?.podName;
}

function nodeAt({ nodes }: Cluster, index: number): string {
  const node = nodes[index];
  if (node === undefined) throw new Error(`there is no node ${index}`);
  return node;
}

function etcdMembers(namespace: string, count: number): readonly ContainerRef[] {
  return Array.from({ length: count }, (_, index) => ({ namespace, pod: `etcd-${index}` }));
}

async function operatorPods(cluster: Cluster): Promise<string[]> {
  const path = 'jsonpath={.items[*].metadata.name}';
  const names = await operatorKubectl(cluster).run(['get', 'pods', '--selector', operatorSelector, '--output', path]);
  return names.split(' ').filter(Boolean);
}

/** What another fault of the same step has already ended cannot be ended again. */
const killIfRunning = (cluster: Cluster, ref: ContainerRef): Promise<void> => ignoreGone(cluster.killContainer(ref));

async function ignoreGone(act: Promise<void>): Promise<void> {
  try {
    await act;
  } catch (error) {
    if (!/does not run|has ended|had ended|no running container|no cgroup|404/.test(String(error))) throw error;
  }
}

const uncordon = async ({ kubectl }: Scene, node: string): Promise<void> => {
  await kubectl.run(['uncordon', node]);
};
