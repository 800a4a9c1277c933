import type { StoreSummary } from '../../api/etcd-recovery.ts';
import { EtcdError } from '../../etcd/errors.ts';
import type { MemberAdmin } from '../../etcd/member-admin.ts';
import type { EtcdMemberClient } from '../../etcd/member-client.ts';
import { answered } from '../diagnose/quorum.ts';
import type { EtcdWorld } from './world.ts';

/** Hashing reads everything: larger stores are told without. */
const HASH_UP_TO_BYTES = 2 ** 30;

/** Asks for a member by its pod. */
export type AskMember = (podName: string) => Promise<EtcdMemberClient & MemberAdmin>;

/**
 * What the store holds, by the members that answer.
 *
 * @returns undefined when none does.
 * @throws the signal's reason.
 */
export async function summarise(
  { facts }: EtcdWorld,
  member: AskMember,
  signal: AbortSignal,
): Promise<StoreSummary | undefined> {
  const looks = answered(facts);
  const [first] = looks;
  if (!first) return undefined;
  const headers = looks.map(({ answer }) => answer.status.header);
  const revision = headers.map((header) => header.revision).reduce((a, b) => (a < b ? a : b));
  const { clusterID } = first.answer.status.header;
  const small = looks.every(({ answer }) => answer.status.dbSizeBytes <= HASH_UP_TO_BYTES);
  const totalKeys = await unlessRefused(signal, async () => (await member(first.podName)).countKeys(signal));
  const hashes = small
    ? await unlessRefused(signal, () =>
        Promise.all(looks.map(async ({ podName }) => (await member(podName)).hashOfKeys(revision, signal))),
      )
    : undefined;
  const equal = hashes && new Set(hashes.map(({ hash, compactRevision }) => `${hash}/${compactRevision}`)).size === 1;
  return {
    clusterID: clusterID.toString(16),
    revision: revision.toString(),
    ...(totalKeys === undefined ? {} : { totalKeys: totalKeys.toString() }),
    ...(equal && hashes[0] ? { hash: hashes[0].hash.toString() } : {}),
  };
}

async function unlessRefused<T>(signal: AbortSignal, ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof EtcdError) return undefined;
    throw error;
  }
}
