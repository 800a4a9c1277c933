import type { KubeClient } from '../kube/client.ts';
import { isApiError } from '../kube/errors.ts';
import type { Member } from './decide/members.ts';
import type { PairFacts } from './facts.ts';
import type { PairMemory } from './memory.ts';
import { nodeRenewTime } from './node-lease.ts';
import type { PodView } from './pod-view.ts';

/** What was seen of a pod while it had no registration. */
export interface Unregistered {
  /** The Lease of its node when the pod was first seen without one. */
  readonly nodeRenewTime?: string;
  /** Since when its kubelet is known to have lived after that; what it says of the pod may be believed some time later. */
  readonly kubeletSeen?: Date;
}

/**
 * Remembers each pod without a registration, from the first look that sees it so, and no longer than that lasts. etcd
 * knows at once that a process has gone, the API server when the kubelet gets round to it: only what a kubelet says that
 * has renewed the Lease of its node since is about the time after the loss. Where nodes may not be read (`watchNodes`) the
 * time alone has to do.
 */
export async function noteUnregistered(
  members: readonly Member[],
  { now, etcd }: Pick<PairFacts, 'now' | 'etcd'>,
  { client, watchNodes }: { readonly client: KubeClient; readonly watchNodes: boolean },
  { unregistered }: PairMemory,
  signal: AbortSignal,
): Promise<void> {
  if (etcd.state !== 'Known') return;
  const without = members.flatMap(({ pod, session }) => (pod && !session ? pod : []));
  for (const uid of unregistered.keys()) if (!without.some((pod) => pod.uid === uid)) unregistered.delete(uid);
  const open = without.filter(({ uid }) => !unregistered.get(uid)?.kubeletSeen);
  await Promise.all(
    open.map(async ({ uid, nodeName }) => {
      if (!watchNodes) unregistered.set(uid, { kubeletSeen: now });
      else if (nodeName !== undefined) unregistered.set(uid, await lookAtNode(nodeName, unregistered.get(uid)));
    }),
  );

  async function lookAtNode(nodeName: string, before: Unregistered | undefined): Promise<Unregistered> {
    try {
      const renewed = await nodeRenewTime(client, nodeName, signal);
      if (before?.nodeRenewTime === undefined) return renewed === undefined ? {} : { nodeRenewTime: renewed };
      return renewed === undefined || renewed === before.nodeRenewTime ? before : { ...before, kubeletSeen: now };
    } catch (error) {
      if (!isApiError(error)) throw error;
      return before ?? {};
    }
  }
}

/** Since when each pod without a registration has had a kubelet whose word is about the time after the loss. */
export function unregisteredSince({ unregistered }: PairMemory): ReadonlyMap<PodView['uid'], Date> {
  return new Map(
    [...unregistered].flatMap(([uid, { kubeletSeen }]) => (kubeletSeen ? [[uid, kubeletSeen] as const] : [])),
  );
}
