import type { EtcdGuard, KeptSnapshot } from '../../../../api/etcd-guard.ts';
import type { EtcdRecovery } from '../../../../api/etcd-recovery.ts';
import { answered, type Answered } from '../../../diagnose/quorum.ts';
import { advertisedName } from '../../../member-target.ts';
import { field, list, number64, text, whole } from '../../../volumes/result-fields.ts';
import { readInspection } from '../../../volumes/results.ts';
import { SCRATCH } from '../../../volumes/script-job.ts';
import type { ScriptOutcome } from '../../../volumes/script-outcome.ts';
import type { Planning } from '../../remedy.ts';
import type { EtcdWorld } from '../../world.ts';
import { runAttempts } from '../attempts.ts';
import { etcdctlAccess, etcdctlUser } from '../etcdctl-access.ts';
import { memberJob } from '../member-job.ts';
import type { LaidOutMember, Layout } from './layout.ts';
import { emptyVolume, unseenVolume, type Source } from './source.ts';
import { neverStarts, whyNeverStarted } from '../tools-proof.ts';
import { withoutShell } from '../without-shell.ts';

/** What looking at all volumes came to. */
export type Survey =
  { readonly state: 'Waiting'; readonly why: string } | { readonly state: 'Seen'; readonly sources: readonly Source[] };

type Looking = Pick<Planning, 'recovery' | 'client' | 'signal' | 'now'>;

/**
 * Looks at everything the data could come from: members that run, by a snapshot of each; the volumes of the others, by
 * Jobs on copies; the newest stored snapshot and the one that is asked for, as the guard knows them. Changes nothing. Jobs are named after the
 * StatefulSet's generation: as long as nobody touches it the same are found again, and after etcd was stopped all is
 * looked at anew.
 *
 * @throws ApiError, ForeignJobError, ResultError.
 */
export async function survey(looking: Looking, world: EtcdWorld, layout: Layout): Promise<Survey> {
  const looks = await Promise.all(
    layout.members.map((member) => {
      const survivor = answered(world.facts).find(({ podName }) => podName === member.pod);
      if (survivor && givesSnapshot(world, survivor)) return lookAtSurvivor(looking, world, layout, survivor);
      return world.claims.has(member.pod)
        ? lookAtVolume(looking, world, layout, member)
        : Promise.resolve(emptyVolume(member.pod, `there is no volume claim ${member.claim}`));
    }),
  );
  const waiting = looks.find((look) => typeof look === 'string');
  if (waiting !== undefined) return { state: 'Waiting', why: waiting };
  const sources = looks.filter((look) => typeof look !== 'string');
  return { state: 'Seen', sources: [...sources, ...storedSnapshots(world.guard, looking.recovery)] };
}

/**
 * Whether a member that runs can be asked for a snapshot. With users that takes a quorum: etcd asks it for every login.
 * Such a member is copied as it runs.
 */
export function givesSnapshot({ guard }: Pick<EtcdWorld, 'guard'>, { answer }: Answered): boolean {
  return !guard.spec.auth || answer.readThroughQuorum;
}

async function lookAtVolume(
  { client, recovery, signal, now }: Looking,
  world: EtcdWorld,
  { place }: Layout,
  { pod }: Pick<LaidOutMember, 'pod'>,
): Promise<Source | string> {
  const step = `inspect-g${world.set.metadata.generation ?? 0}`;
  const runs = world.facts.pods.some(({ name, container }) => name === pod && container.state === 'Running');
  const job = (attempt: number) =>
    memberJob({ recovery }, world, pod, place, {
      script: 'inspect',
      step,
      attempt,
      // etcd 3.5 serves no client before it has seen a leader: one that was restarted without a quorum answers nobody.
      env: attempt > 0 && runs ? { IGNORE_LOCK: '1' } : {},
      readOnly: true,
      ...etcdctlUser(world.guard),
    });
  const outcome = await runAttempts(client, job, signal);
  switch (outcome.state) {
    case 'Running':
      return neverStarts(outcome, now)
        ? unseenVolume(pod, whyNeverStarted(outcome))
        : waitingFor(`the volume of ${pod}`, outcome);
    case 'Failed':
      return unseenVolume(pod, withoutShell(outcome, world) ?? outcome.message);
    case 'Done':
      return { ...volumeSource(pod, outcome.result), ...(runs ? { starting: true } : {}) };
  }
}

function volumeSource(name: string, result: unknown): Source {
  const { usable, restartable, method, clusterId, memberId, lastTerm, lastIndex, database, wal, why, source } =
    readInspection(result);
  return {
    name,
    kind: field(result, 'open') === true ? 'Survivor' : 'Volume',
    usable,
    restartable,
    complete: method === 'Member',
    empty: database.state === 'Missing' && wal.state === 'Missing',
    why: usable ? why : why || `database ${database.state.toLowerCase()}, log ${wal.state.toLowerCase()}`,
    ...known({ clusterId, memberId, lastTerm, lastIndex }),
    ...raising(result),
    ...(source ? { revision: source.revision, keys: source.keys, hashKV: source.hashKV, sha256: source.sha256 } : {}),
    sessionRoots: source?.sessionRoots ?? [],
  };
}

async function lookAtSurvivor(
  looking: Looking,
  world: EtcdWorld,
  layout: Layout,
  { podName }: Answered,
): Promise<Source | string> {
  const { client, recovery, signal } = looking;
  const { place } = layout;
  const { env, ...access } = await etcdctlAccess(client, world.guard, signal);
  const step = `survivor-g${world.set.metadata.generation ?? 0}`;
  const job = (attempt: number) =>
    memberJob({ recovery }, world, podName, place, {
      script: 'save-from-survivor',
      step,
      attempt,
      env: {
        OPERATION: recovery.metadata.uid,
        ENDPOINT: endpointOf(world, podName),
        ARTEFACT_DIR: `${SCRATCH}/survivor`,
        ...env,
      },
      readOnly: true,
      ...access,
    });
  const outcome = await runAttempts(client, job, signal);
  if (outcome.state === 'Running')
    return neverStarts(outcome, looking.now)
      ? unseenVolume(podName, whyNeverStarted(outcome))
      : waitingFor(`the member in ${podName}`, outcome);
  // It runs and gives no snapshot: its volume is copied as it runs.
  if (outcome.state === 'Failed') return lookAtVolume(looking, world, layout, { pod: podName });
  const { result } = outcome;
  return {
    name: podName,
    kind: 'Survivor',
    usable: true,
    restartable: true,
    complete: true,
    empty: false,
    why: '',
    clusterId: whole(result, 'clusterId'),
    memberId: whole(result, 'memberId'),
    ...known({ lastTerm: number64(result, 'lastTerm'), lastIndex: number64(result, 'lastIndex') }),
    revision: whole(result, 'revision'),
    keys: whole(result, 'keys'),
    sha256: text(result, 'sha256'),
    ...raising(result),
    sessionRoots: list(result, 'sessionRoots').map(String),
  };
}

const raising = (result: unknown): Pick<Source, 'cannotRaise'> =>
  field(result, 'raises') === false ? { cannotRaise: true } : {};

/** Where the member in a pod itself is reached; by the name in its certificate where it wants TLS. */
export function endpointOf({ facts: { setup, pods } }: EtcdWorld, podName: string): string {
  if (setup.clientTLS) return `https://${advertisedName(setup, podName)}:${setup.clientPort}`;
  const ip = pods.find(({ name }) => name === podName)?.ip ?? '';
  return `http://${ip.includes(':') ? `[${ip}]` : ip}:${setup.clientPort}`;
}

/**
 * The newest snapshot that the guard has seen saved, and the one that a person names. Others are no choice of the operator's:
 * they hold less, or are of a cluster that is gone.
 */
function storedSnapshots({ spec, status }: EtcdGuard, recovery: EtcdRecovery): readonly Source[] {
  const { lastSnapshot: last, snapshots = [] } = status ?? {};
  if (!last || !spec.snapshots) return [];
  const named = snapshots.find(({ name }) => name === recovery.spec.source?.snapshotName && name !== last.name);
  return [storedSnapshot(last, last.frozen), ...(named ? [storedSnapshot(named)] : [])];
}

function storedSnapshot(
  { name, time, clusterID, revision, totalKeys, sha256, sessionRoots = [] }: KeptSnapshot,
  doubt?: string,
): Source {
  return {
    ...emptyVolume(name, ''),
    kind: 'Snapshot',
    usable: true,
    empty: false,
    saved: { at: time, ...(doubt === undefined ? {} : { doubt }) },
    sessionRoots,
    ...known({
      clusterId: clusterID === undefined ? undefined : BigInt(`0x${clusterID}`),
      revision: revision === undefined ? undefined : BigInt(revision),
      keys: totalKeys === undefined ? undefined : BigInt(totalKeys),
    }),
    ...(sha256 === undefined ? {} : { sha256 }),
  };
}

function known<K extends string>(values: { readonly [P in K]: bigint | undefined }): { readonly [P in K]?: bigint } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    readonly [P in K]?: bigint;
  };
}

function waitingFor(what: string, { waiting }: Extract<ScriptOutcome, { readonly state: 'Running' }>): string {
  return `looks at ${what}: ${waiting ?? 'a Job runs'}`;
}
