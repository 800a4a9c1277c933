import type { Kubectl } from './kubectl.ts';
import type { ScenarioPair } from './pair.ts';

/** The ACTIVE's pod and its node. */
export interface ActivePlace {
  readonly podName: string;
  readonly nodeName: string;
}

/** What makes the ACTIVE of a pair end as planned. */
export interface PlannedMove {
  readonly begin: (kubectl: Kubectl, pair: ScenarioPair, active: ActivePlace) => Promise<void>;
  /** Undoes what would be in the way of the next move. */
  readonly end: (kubectl: Kubectl, active: ActivePlace) => Promise<void>;
}

const nothing = () => Promise.resolve();

/** Every way in which people and programs do that by Kubernetes, each as they would type it. */
export const plannedMoves = {
  switchover: {
    begin: async (_, pair) => {
      const { result, reason } = await pair.switchOver(String(Date.now()));
      if (result !== 'Completed') throw new Error(`the switchover ended with ${result}: ${reason}`);
    },
    end: nothing,
  },
  podDeleted: {
    begin: async (kubectl, _, { podName }) => {
      await kubectl.run(['delete', 'pod', podName, '--wait=false']);
    },
    end: nothing,
  },
  rollout: {
    begin: async (_, pair) => {
      await pair.change({ pod: { annotations: { 'example.com/changed': String(Date.now()) } } });
    },
    end: nothing,
  },
  drain: {
    begin: async (kubectl, pair, { nodeName }) => {
      const pods = ['--pod-selector', `ha.milvus.io/pair=${pair.name}`];
      await kubectl.run(['drain', nodeName, ...pods, '--delete-emptydir-data', '--timeout', '120s']);
    },
    end: async (kubectl, { nodeName }) => {
      await kubectl.run(['uncordon', nodeName]);
    },
  },
} as const satisfies Readonly<Record<string, PlannedMove>>;

/** Who is ACTIVE, and where. @throws Error when nobody is. */
export async function activePlace(pair: ScenarioPair): Promise<ActivePlace> {
  const { podName, nodeName } = (await pair.status()).active ?? {};
  if (podName === undefined || nodeName === undefined) throw new Error(`${pair.name} has no ACTIVE`);
  return { podName, nodeName };
}
