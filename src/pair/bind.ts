import type { EtcdClient } from '../etcd/types.ts';
import type { Clock } from '../base/clock.ts';
import type { KubeClient } from '../kube/client.ts';
import { addReading, isBindable, READING_INTERVAL_MS, type Binding, type LeaseReading } from './decide/binding.ts';
import type { Member } from './decide/members.ts';
import type { PairMemory } from './memory.ts';
import { nodeRenewTime } from './node-lease.ts';

/** What binding needs to see. */
export interface BindSources {
  readonly client: KubeClient;
  readonly etcd: EtcdClient;
  readonly clock: Clock;
}

/** Bindings found so far, and whether readings must go on. */
export interface BindOutcome {
  readonly bindings: readonly Binding[];
  readonly unfinished: boolean;
}

/**
 * Takes one reading of every registration that is not bound to its container yet, unless the last one is too young to
 * differ. A reading that fails counts as none: binding only takes longer.
 */
export async function bindMembers(
  members: readonly Member[],
  known: readonly Binding[],
  sources: BindSources,
  memory: PairMemory,
  signal: AbortSignal,
): Promise<BindOutcome> {
  const bindable = members.filter(isBindable);
  const isKnown = ({ session }: Member) =>
    known.some(({ serverID, lease }) => serverID === session?.serverID && lease === session.lease);
  const open = bindable.filter((member) => !isKnown(member));
  forgetOthers(open, memory);
  const found = await Promise.all(open.map((member) => readOnce(member, sources, memory, signal)));
  const bound = found.filter((binding) => binding !== undefined);
  return { bindings: [...known, ...bound], unfinished: bound.length < open.length };
}

async function readOnce(
  member: Member,
  { client, etcd, clock }: BindSources,
  memory: PairMemory,
  signal: AbortSignal,
): Promise<Binding | undefined> {
  const { session, pod } = member;
  if (!session || !pod?.container.id || !pod.nodeName) return undefined;
  const progress = memory.bindingProgress.get(session.lease) ?? { serverID: session.serverID, lease: session.lease };
  const at = clock.wallTime();
  // Looks follow each other closely while things change: labels and status shall not wait for readings that tell nothing.
  if (progress.last && Math.abs(at.getTime() - progress.last.at.getTime()) < READING_INTERVAL_MS) return undefined;
  let reading: LeaseReading;
  try {
    const [lease, renewTime] = await Promise.all([
      etcd.leaseTimeToLive(session.lease, signal),
      nodeRenewTime(client, pod.nodeName, signal),
    ]);
    reading = {
      at,
      ttlSeconds: lease.ttlSeconds,
      raftTerm: lease.header.raftTerm,
      containerID: pod.container.id,
      nodeRenewTime: renewTime ?? '',
    };
  } catch {
    return undefined;
  }
  const next = addReading(progress, reading, member);
  if ('bound' in next) {
    memory.bindingProgress.delete(session.lease);
    return next.bound;
  }
  memory.bindingProgress.set(session.lease, next.progress);
  return undefined;
}

function forgetOthers(open: readonly Member[], memory: PairMemory): void {
  for (const lease of memory.bindingProgress.keys())
    if (!open.some(({ session }) => session?.lease === lease)) memory.bindingProgress.delete(lease);
}
