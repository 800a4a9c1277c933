import { z } from 'zod';
import { answered } from '../../diagnose/quorum.ts';
import type { Plan, Remedy, Step } from '../remedy.ts';
import type { EtcdWorld } from '../world.ts';
import { defragmentEach, defragmentNotes, mebibytes } from './defragmenting.ts';
import { healthyPod, notAllWell, votersOf } from './members.ts';

/** With more of the quota taken after defragmenting, the next writes raise the alarm again. */
const ROOM_NEEDED = 0.8;

/**
 * The database has reached its quota: compacting and defragmenting make room, and then the alarm is taken away. The data
 * is untouched but for old revisions of keys.
 */
export const reclaimSpace: Remedy = {
  action: 'ReclaimSpace',
  plan: ({ world }) => {
    const unwell = notAllWell(world);
    // Members restart again and again while the alarm stands and the liveness probe asks for it: wait for the next window.
    if (unwell !== undefined)
      return Promise.resolve({ state: 'Waiting', why: `waits for all members to be well: ${unwell}`, againMs: 2_000 });
    return Promise.resolve({ state: 'Planned', plan: planFor(world) });
  },
  details: z.strictObject({}),
  notes: z.strictObject({ ...defragmentNotes, compactedAt: z.exactOptional(z.string()) }),
  steps: [compact(), defragmentEach, seeRoom(), disarm()],
};

function planFor(world: EtcdWorld): Plan {
  const old = votersOf(world).find(({ look }) => look && before356(look.answer.status.version));
  return {
    steps: [
      'compact: drop all revisions of keys but the present ones',
      'defragment member after member, the leader last; each serves nobody meanwhile',
      'see that this leaves room below the quota; stop if it does not',
      'disarm the space alarm, and see that etcd takes writes again',
    ],
    mayLose: 'old revisions of keys, which etcd drops by itself from time to time, too',
    undo: 'nothing to undo',
    evidence: world.ailment?.evidence ?? 'asked for',
    details: {},
    // Before 3.5.6 a crash while defragmenting can damage the database (etcd changelog 3.5).
    ...(old ? { needsPerson: true } : {}),
  };
}

function compact(): Step {
  return {
    name: 'Compact',
    safeToStop: true,
    run: async (work) => {
      const world = await work.look();
      const pod = healthyPod(world);
      if (pod === undefined) return { state: 'Waiting', message: 'waits for a healthy member', againMs: 1_000 };
      const revision = answered(world.facts)
        .map(({ answer }) => answer.status.header.revision)
        .reduce((a, b) => (a > b ? a : b));
      await unlessCompacted(() => work.member(pod).then((member) => member.compact(revision, work.signal)));
      return {
        state: 'Done',
        message: `compacted at revision ${revision}`,
        notes: { compactedAt: revision.toString() },
      };
    },
  };
}

/**
 * The size of the file after defragmenting: what a member calls in use counts pages that only its next write gives free,
 * and with the alarm there is none (etcd 3.5.35, seen).
 */
function seeRoom(): Step {
  return {
    name: 'SeeRoom',
    safeToStop: true,
    run: async (work) => {
      const world = await work.look();
      const quota = world.facts.setup.quotaBytes;
      const sizes = answered(world.facts).map(({ answer }) => answer.status.dbSizeBytes);
      if (sizes.length === 0) return { state: 'Waiting', message: 'waits for a member that answers', againMs: 1_000 };
      const largest = Math.max(...sizes);
      const figures = `the largest file has ${mebibytes(largest)} of a quota of ${mebibytes(quota)}`;
      if (largest <= quota * ROOM_NEEDED) return { state: 'Done', message: figures };
      return {
        state: 'Failed',
        message: `${figures} after compacting and defragmenting: the alarm would come back at once. Raise the quota (ETCD_QUOTA_BACKEND_BYTES, at most 8 GiB) by the values of the chart, or find out which keys fill it (etcdctl get "" --prefix --keys-only); then make another EtcdRecovery with ReclaimSpace`,
      };
    },
  };
}

function disarm(): Step {
  return {
    name: 'Disarm',
    safeToStop: true,
    run: async (work) => {
      const world = await work.look();
      const pod = healthyPod(world);
      if (pod === undefined) return { state: 'Waiting', message: 'waits for a healthy member', againMs: 1_000 };
      const alarms = answered(world.facts)
        .flatMap(({ answer }) => answer.status.alarms)
        .filter(({ name }) => name === 'NOSPACE');
      const ids = [...new Set(alarms.map(({ memberID }) => memberID))];
      if (ids.length === 0) return { state: 'Done', message: 'no space alarm stands, etcd takes writes' };
      const member = await work.member(pod);
      for (const id of ids) await member.disarmNoSpace(id, work.signal);
      return { state: 'Waiting', message: 'disarmed; sees whether it stays so', againMs: 500 };
    },
  };
}

/** Another one may have compacted further meanwhile. */
async function unlessCompacted(compactNow: () => Promise<void>): Promise<void> {
  try {
    await compactNow();
  } catch (error) {
    if (!(error instanceof Error && /has been compacted/.test(error.message))) throw error;
  }
}

function before356(version: string): boolean {
  const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number);
  return major < 3 || (major === 3 && (minor < 5 || (minor === 5 && patch < 6)));
}
