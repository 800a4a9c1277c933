import type { PairFacts } from '../facts.ts';
import type { EndPod } from './disruption.ts';
import { holderOf, type Member } from './members.ts';

/** After an etcd outage Milvus' own exits come up to seven seconds late (measured); until then nobody is a zombie. */
export const STEADY_AFTER_MS = 15_000;

/**
 * How long a pod that looks ready has to be without a registration: a process that ended in order gives it up before its
 * kubelet says that it ended, which on a busy node takes seconds.
 */
export const LATE_KUBELET_MS = 10_000;

/**
 * The pod to restart because its process lost its registration without noticing (Milvus up to 2.6.0 for good,
 * milvus#30100; 2.6.1 to 2.6.6 until it tries to take over). Only while another pod of this pair works as ACTIVE: were
 * the root path wrong, the "zombie" might be the real ACTIVE.
 */
export function zombieToRestart(
  { etcd, now, pair, unregisteredSince }: PairFacts,
  members: readonly Member[],
): EndPod | undefined {
  if (etcd.state !== 'Known' || pair.spec.remediation.zombieStandby === 'Never') return undefined;
  if (now.getTime() - etcd.steadySince.getTime() < STEADY_AFTER_MS) return undefined;
  const holder = holderOf(members);
  const zombie = members.find(({ state }) => state === 'Zombie')?.pod;
  if (holder?.state !== 'Active' || !zombie) return undefined;
  if (unregisteredSince) {
    const since = unregisteredSince.get(zombie.uid);
    if (!since || now.getTime() - since.getTime() < LATE_KUBELET_MS) return undefined;
  }
  return {
    podName: zombie.name,
    podUID: zombie.uid,
    holderServerID: holder.session?.serverID,
    ...(zombie.container.id === undefined ? {} : { unregistered: { containerID: zombie.container.id, ready: true } }),
    why: 'it lost its session in etcd and would never take over',
    event: {
      type: 'Warning',
      reason: 'ZombieStandbyRestarted',
      action: 'RestartStandby',
      note: `${zombie.name} looked ready but had lost its session in etcd and would never have taken over: its pod was restarted`,
      key: `zombie-${zombie.uid}`,
    },
  };
}
