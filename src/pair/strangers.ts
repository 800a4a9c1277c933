import type { Clock } from '../base/clock.ts';
import type { EtcdClient } from '../etcd/types.ts';
import { READING_INTERVAL_MS, wasRenewed } from './decide/binding.ts';
import type { ProvenDeath } from './decide/death.ts';
import type { Member } from './decide/members.ts';
import type { Session } from './decide/role-sessions.ts';
import type { PairMemory } from './memory.ts';

/** Of more registrations than this without a pod, those beyond are read when these are done. */
const AT_ONCE = 16;

/**
 * Takes one reading of the lease of each registration that no pod of the pair accounts for, unless the last one is too
 * young to differ: one that rises was renewed, so its process lives, wherever that runs. A living process renews within
 * a third of its TTL; a dead one's lease ends.
 *
 * @returns whether readings must go on.
 */
export async function watchStrangers(
  members: readonly Member[],
  deaths: readonly ProvenDeath[],
  { etcd, clock }: { readonly etcd: EtcdClient; readonly clock: Clock },
  memory: PairMemory,
  signal: AbortSignal,
): Promise<boolean> {
  const unaccounted = members.flatMap(({ pod, session }) => (session && !pod ? session : []));
  forgetOthers(unaccounted, memory);
  const isDead = (lease: bigint) => deaths.some((death) => death.lease === lease);
  const open = members.filter(isUnproven).flatMap(({ session }) => (session && !isDead(session.lease) ? session : []));
  const readings = open.slice(0, AT_ONCE).map((session) => readOnce(session, etcd, clock, memory, signal));
  await Promise.all(readings);
  return open.length > 0;
}

/** Neither known to live nor a pod's. */
function isUnproven({ state, pod, session }: Member): boolean {
  return (state === 'Unknown' || state === 'Gone') && !pod && session !== undefined && session.lease !== 0n;
}

async function readOnce(
  { lease }: Session,
  etcd: EtcdClient,
  clock: Clock,
  { strangerReadings, renewedLeases }: PairMemory,
  signal: AbortSignal,
): Promise<void> {
  const at = clock.wallTime();
  const before = strangerReadings.get(lease);
  if (before && Math.abs(at.getTime() - before.at.getTime()) < READING_INTERVAL_MS) return;
  try {
    const { ttlSeconds, header } = await etcd.leaseTimeToLive(lease, signal);
    const reading = { at, ttlSeconds, raftTerm: header.raftTerm };
    if (before && wasRenewed(before, reading)) renewedLeases.add(lease);
    strangerReadings.set(lease, reading);
  } catch {
    // One reading fewer: the proof only takes longer.
  }
}

function forgetOthers(unaccounted: readonly Session[], { strangerReadings, renewedLeases }: PairMemory): void {
  const kept = new Set(unaccounted.map(({ lease }) => lease));
  for (const lease of strangerReadings.keys()) if (!kept.has(lease)) strangerReadings.delete(lease);
  for (const lease of renewedLeases) if (!kept.has(lease)) renewedLeases.delete(lease);
}
