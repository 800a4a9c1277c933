import type { CoordinatorPair } from '../../../src/api/coordinator-pair.ts';
import { annotations, coordinatorPairKind } from '../../../src/api/names.ts';
import type { KubeClient } from '../../../src/kube/client.ts';
import { nodeKind } from '../../../src/kube/kinds.ts';
import type { Flow } from './play.ts';
import type { Stage } from './stage.ts';

const other = (podName: string): string => (podName === 'rootcoord-0' ? 'rootcoord-1' : 'rootcoord-0');

const patch = (client: KubeClient, { namespace }: Stage, change: object): Promise<unknown> =>
  client.mergePatch(coordinatorPairKind, 'rootcoord', namespace, change);

/** The status as an operator leaves it that has bound every process. */
async function bind(client: KubeClient, stage: Stage): Promise<void> {
  const pair = await client.get<CoordinatorPair>(coordinatorPairKind, 'rootcoord', stage.namespace);
  const bindings = stage.bindings();
  const members = pair?.status?.members?.map((member) => ({ ...member, ...bindings[member.serverID ?? ''] }));
  await client.mergePatch(
    coordinatorPairKind,
    'rootcoord',
    stage.namespace,
    { status: { members } },
    {
      subresource: 'status',
    },
  );
}

/** Approves whatever is proposed. */
async function approve({ metadata, status }: CoordinatorPair, stage: Stage, client: KubeClient): Promise<void> {
  const id = status?.proposals?.[0]?.id;
  if (id === undefined || metadata.annotations?.[annotations.approve] === id) return;
  await patch(client, stage, { metadata: { annotations: { [annotations.approve]: id } } });
}

const cordon = (client: KubeClient, unschedulable: boolean): Promise<unknown> =>
  client.mergePatch(nodeKind, 'node-a', undefined, { spec: { unschedulable } });

/** All that the operator does to a pair in several changes, so that it may die between two of them. */
export const flows: readonly Flow[] = [
  { name: 'first apply', disruptions: [], holders: ['rootcoord-0'], isDone: () => true },
  {
    name: 'rollout',
    disturb: async (stage, client) => {
      await patch(client, stage, { spec: { image: 'milvusdb/milvus:v2.5.11' } });
    },
    disruptions: ['delete Pod rootcoord-1', 'delete Pod rootcoord-0'],
    holders: ['rootcoord-0', 'rootcoord-1'],
    isDone: ({ status }, { holders }) => holders.length === 2 && status?.history?.length === 1,
  },
  {
    name: 'switchover',
    disturb: async (stage, client) => {
      await patch(client, stage, { metadata: { annotations: { [annotations.switchover]: 'now' } } });
    },
    disruptions: ['delete Pod rootcoord-0'],
    holders: ['rootcoord-0', 'rootcoord-1'],
    isDone: ({ status }) => status?.lastSwitchover?.token === 'now',
  },
  {
    name: 'dead holder',
    disturb: async (stage, client) => {
      await bind(client, stage);
      await stage.kill(stage.holder);
    },
    disruptions: ['revoke'],
    holders: ['rootcoord-0', 'rootcoord-1'],
    isDone: (_, { holders }) => holders.length === 2,
  },
  {
    name: 'zombie',
    disturb: async (stage) => {
      await stage.loseSession(other(stage.holder));
    },
    disruptions: ['delete Pod rootcoord-1'],
    holders: ['rootcoord-0'],
    isDone: ({ status }) => status?.standby !== undefined,
  },
  {
    name: 'drain',
    disturb: async (_, client) => {
      await cordon(client, true);
    },
    restore: async (client) => {
      await cordon(client, false);
    },
    disruptions: ['delete Pod rootcoord-0'],
    holders: ['rootcoord-0', 'rootcoord-1'],
    isDone: ({ status }) => status?.history?.length === 1,
  },
  {
    name: 'approved revoke',
    disturb: async (stage, client) => {
      await patch(client, stage, { spec: { remediation: { deadHolder: 'Approve' } } });
      await bind(client, stage);
      await stage.kill(stage.holder);
    },
    react: approve,
    disruptions: ['revoke'],
    holders: ['rootcoord-0', 'rootcoord-1'],
    isDone: ({ status }, { holders }) => holders.length === 2 && status?.lastApproval?.result === 'Completed',
  },
  {
    name: 'approved restart',
    disturb: async (stage, client) => {
      await patch(client, stage, { spec: { remediation: { zombieStandby: 'Approve' } } });
      await stage.loseSession(other(stage.holder));
    },
    react: approve,
    disruptions: ['delete Pod rootcoord-1'],
    holders: ['rootcoord-0'],
    isDone: ({ status }) => status?.standby !== undefined && status.lastApproval?.result === 'Completed',
  },
  {
    name: 'supervised rollout',
    disturb: async (stage, client) => {
      await patch(client, stage, { spec: { image: 'milvusdb/milvus:v2.5.11', rollout: { policy: 'Supervised' } } });
    },
    react: approve,
    disruptions: ['delete Pod rootcoord-1', 'delete Pod rootcoord-0'],
    holders: ['rootcoord-0', 'rootcoord-1'],
    isDone: ({ status }, { holders }) => holders.length === 2 && status?.history?.length === 1,
  },
];
