import type { Clock } from '../base/clock.ts';
import { EtcdError } from '../etcd/errors.ts';
import type { EtcdMemberClient } from '../etcd/member-client.ts';
import { answered, type Answered } from './diagnose/quorum.ts';
import type { HashComparison, MemberLook } from './facts.ts';
import { redacted } from '../base/redacted.ts';
import { memberTarget, type Access } from './member-target.ts';
import type { GuardMemory } from './memory.ts';
import type { PodFacts } from './pod-facts.ts';
import type { EtcdSetup } from './setup/etcd-setup.ts';

/** How often members are asked to hash what they hold, milliseconds. */
const HASH_EVERY_MS = 600_000;
/** Hashing reads everything: larger databases are left to etcd's own check. */
const HASH_UP_TO_BYTES = 2 ** 30;

/** Asks the member in each pod that runs, all at once. @throws the signal's reason. */
export async function lookAtMembers(
  pods: readonly PodFacts[],
  setup: EtcdSetup,
  access: Access,
  memory: GuardMemory,
  signal: AbortSignal,
): Promise<readonly MemberLook[]> {
  const running = pods.flatMap(({ name, ip, container }) =>
    ip !== undefined && container.state === 'Running' ? [{ name, ip }] : [],
  );
  memory.keepClients(running.map(({ name }) => name));
  const looks = running.map(async (pod): Promise<MemberLook> => {
    const client = memory.client(pod.name, memberTarget(access, setup, pod));
    try {
      const status = await client.status(signal);
      const [members, readThroughQuorum] = await Promise.all([client.members(signal), readsThrough(client, signal)]);
      return { podName: pod.name, answer: { status, members, readThroughQuorum } };
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof EtcdError)) throw error;
      return { podName: pod.name, error: { code: error.code, message: redacted(error.message) } };
    }
  });
  return Promise.all(looks);
}

/** Not reading through the quorum is no failure of the look: it is what the look is for. */
async function readsThrough(client: EtcdMemberClient, signal: AbortSignal): Promise<boolean> {
  try {
    await client.readThroughQuorum(signal);
    return true;
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof EtcdError && error.code !== 'Unauthenticated') return false;
    throw error;
  }
}

/** Compares what the members hold, now and then and only while all is well. @returns the last comparison. */
export async function compareHashes(
  looks: readonly MemberLook[],
  {
    clock,
    memory,
    setup,
    access,
    pods,
    repairedAt,
  }: {
    readonly clock: Clock;
    readonly memory: GuardMemory;
    readonly setup: EtcdSetup;
    readonly access: Access;
    readonly pods: readonly PodFacts[];
    /** When the last repair of this etcd has ended; undefined: none is known. */
    readonly repairedAt: Date | undefined;
  },
  signal: AbortSignal,
): Promise<HashComparison | undefined> {
  const seen = answered({ looks });
  const fit =
    seen.length === looks.length &&
    seen.length > 1 &&
    seen.every(({ answer }) => answer.readThroughQuorum && answer.status.dbSizeBytes <= HASH_UP_TO_BYTES);
  const members = new Map(seen.map(({ podName, answer }) => [podName, identityOf(answer.status.header)]));
  memory.dropHashes(members, repairedAt);
  const nowMs = clock.nowMs();
  if (!fit || (memory.hashes && nowMs - memory.hashes.atMs < HASH_EVERY_MS)) return memory.hashes?.comparison;
  const clientOf = ({ podName }: Answered): EtcdMemberClient => {
    const ip = pods.find(({ name }) => name === podName)?.ip ?? '';
    return memory.client(podName, memberTarget(access, setup, { name: podName, ip }));
  };
  const first = await compareOnce(seen, clientOf, clock, signal);
  // What differs is asked twice: a compaction between two answers changes hashes, too.
  const comparison = first && first.differing.length > 0 ? await compareOnce(seen, clientOf, clock, signal) : first;
  memory.hashes = { atMs: nowMs, time: clock.wallTime(), members, comparison };
  return comparison;
}

const identityOf = ({ clusterID, memberID }: Answered['answer']['status']['header']): string =>
  `${memberID.toString(16)} of ${clusterID.toString(16)}`;

async function compareOnce(
  seen: readonly Answered[],
  clientOf: (look: Answered) => EtcdMemberClient,
  clock: Clock,
  signal: AbortSignal,
): Promise<HashComparison | undefined> {
  const revision = seen.map(({ answer }) => answer.status.header.revision).reduce((a, b) => (a < b ? a : b));
  try {
    const hashes = await Promise.all(
      seen.map(async (look) => ({
        podName: look.podName,
        ...(await clientOf(look).hashOfKeys(revision, signal)),
      })),
    );
    if (new Set(hashes.map(({ compactRevision }) => compactRevision)).size > 1) return undefined;
    return { time: clock.wallTime(), revision, differing: minority(hashes) };
  } catch (error) {
    signal.throwIfAborted();
    // Compacted meanwhile, or the user may not: no comparison, and nothing wrong by that.
    if (error instanceof EtcdError) return undefined;
    throw error;
  }
}

/** Those whose hash is not that of the most; with a tie, all. */
function minority(hashes: readonly { readonly podName: string; readonly hash: number }[]): readonly string[] {
  const counts = new Map<number, number>();
  for (const { hash } of hashes) counts.set(hash, (counts.get(hash) ?? 0) + 1);
  if (counts.size === 1) return [];
  const most = Math.max(...counts.values());
  const tied = [...counts.values()].filter((count) => count === most).length > 1;
  return hashes
    .filter(({ hash }) => tied || counts.get(hash) !== most)
    .map(({ podName }) => podName)
    .sort();
}
