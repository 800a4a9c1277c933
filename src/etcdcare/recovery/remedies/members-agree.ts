import { EtcdError } from '../../../etcd/errors.ts';
import type { HashOfKeys } from '../../../etcd/member-client.ts';
import { answered } from '../../diagnose/quorum.ts';
import type { Step, StepOutcome, Work } from '../remedy.ts';
import type { EtcdWorld } from '../world.ts';
import { notAllWell, votersOf } from './members.ts';

/** Hashing reads everything: larger stores are left to etcd's own check. */
const HASH_UP_TO_BYTES = 2 ** 30;
const LOOK_MS = 1_000;
/** A difference that stays for so long is none of two looks at different moments, milliseconds. */
const DIFFER_FOR_MS = 60_000;

/** What one member holds, at the revision that all were asked for. */
export interface HeldBy extends Omit<HashOfKeys, 'newest'> {
  readonly pod: string;
  /** Up to which all was hashed. */
  readonly revision: bigint;
}

/** The last step where members were changed: every member reads through the quorum, and all hold the same. */
export function membersAgree(options: Pick<Step, 'keepsChanges'> = {}): Step {
  return {
    name: 'MembersAgree',
    safeToStop: false,
    ...options,
    run: async (work) => {
      const world = await work.look();
      const unwell = notAllWell(world);
      if (unwell !== undefined) return { state: 'Waiting', message: `waits, for ${unwell}`, againMs: LOOK_MS };
      const voters = votersOf(world).length;
      const expected = world.facts.setup.initialCluster.length || voters;
      if (voters !== expected)
        return {
          state: 'Waiting',
          message: `waits, for ${voters} of ${expected} members are listed`,
          againMs: LOOK_MS,
        };
      if (answered(world.facts).some(({ answer }) => answer.status.dbSizeBytes > HASH_UP_TO_BYTES))
        return { state: 'Done', message: `${voters} members are healthy; the store is too large to be compared here` };
      return judged(compared(await hashes(work, world)), voters, work);
    },
  };
}

async function hashes(work: Work, world: EtcdWorld): Promise<readonly HeldBy[]> {
  const looks = answered(world.facts);
  const revision = looks.map(({ answer }) => answer.status.header.revision).reduce((a, b) => (a < b ? a : b));
  const upTo = (asked: bigint): Promise<readonly HeldBy[]> =>
    Promise.all(
      looks.map(async ({ podName }) => {
        const { newest, ...held } = await (await work.member(podName)).hashOfKeys(asked, work.signal);
        return { pod: podName, ...held, revision: asked === 0n ? newest : asked };
      }),
    );
  try {
    return await upTo(revision);
  } catch (error) {
    if (!(error instanceof EtcdError) || error.code !== 'Compacted') throw error;
    // A restored store is compacted up to its newest revision, of which etcd 3.5.0 and 3.5.5 say that it is gone.
    return upTo(0n);
  }
}

/** Members can be compared only at one revision, and when they have compacted equally far. */
export function compared(held: readonly HeldBy[]): 'Equal' | 'Different' | 'NotComparable' {
  if (new Set(held.map(({ compactRevision, revision }) => `${compactRevision} ${revision}`)).size > 1)
    return 'NotComparable';
  return new Set(held.map(({ hash }) => hash)).size > 1 ? 'Different' : 'Equal';
}

function judged(verdict: ReturnType<typeof compared>, voters: number, { now, stepStarted }: Work): StepOutcome {
  switch (verdict) {
    case 'Equal':
      return { state: 'Done', message: `${voters} members are healthy and hold the same` };
    case 'NotComparable':
      return {
        state: 'Waiting',
        message: 'waits: one has compacted further than another, or just written',
        againMs: LOOK_MS,
      };
    case 'Different':
      if (now.getTime() - stepStarted.getTime() < DIFFER_FOR_MS)
        return { state: 'Waiting', message: 'the members differ; looks again', againMs: LOOK_MS };
      return {
        state: 'Failed',
        keepChanges: true,
        message:
          'the members are healthy and hold different keys: compare them by hand (etcdctl endpoint hashkv) before anything else is done',
      };
  }
}
