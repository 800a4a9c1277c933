import { readArtefact } from '../../../volumes/results.ts';
import { scriptJob, type JobOptions } from '../../../volumes/script-job.ts';
import type { ScriptOutcome } from '../../../volumes/script-outcome.ts';
import type { Job } from '../../../volumes/job-types.ts';
import { textOf } from '../../details.ts';
import type { Step, Work } from '../../remedy.ts';
import type { EtcdWorld } from '../../world.ts';
import { runAttempts } from '../attempts.ts';
import { etcdctlUser } from '../etcdctl-access.ts';
import { memberJob } from '../member-job.ts';
import { fenced } from '../fenced.ts';
import type { Layout } from './layout.ts';
import { operationOf, seenData } from './noted.ts';
import { artefactDir } from './save-survivor.ts';

const LOOK_MS = 1_000;
/** Where the volume of stored snapshots is mounted. */
const SNAPSHOTS = '/snapshots';

/** Where the artefact lies: a folder in a claim. */
export interface ArtefactPlace extends Pick<JobOptions, 'claims'> {
  readonly folder: string;
}

/** The artefact is beside what it is made from: on the volume of a member, or among the stored snapshots. */
export function artefactPlace(work: Pick<Work, 'details' | 'guard'>, layout: Layout): ArtefactPlace {
  const operation = operationOf(work);
  const source = textOf(work.details, 'source');
  const member = layout.members.find(({ pod }) => pod === source);
  if (member) {
    const { mountPath } = layout.place;
    return { folder: artefactDir(layout, operation), claims: [{ claimName: member.claim, mountPath }] };
  }
  const claimName = work.guard.spec.snapshots?.claimName ?? '';
  return { folder: `${SNAPSHOTS}/recovery-${operation}`, claims: [{ claimName, mountPath: SNAPSHOTS }] };
}

/** Makes the one snapshot that all members are restored from, and takes its sum. */
export const makeArtefact: Step = {
  name: 'MakeArtefact',
  safeToStop: true,
  run: async (work) => {
    const world = await work.look();
    const layout = fenced(world, work);
    if ('why' in layout) return { state: 'Failed', message: layout.why };
    const source = textOf(work.details, 'source');
    const job = (attempt: number): Job => artefactJob(work, world, layout, attempt);
    const outcome: ScriptOutcome = await runAttempts(work.client, job, work.signal);
    switch (outcome.state) {
      case 'Running':
        return {
          state: 'Waiting',
          message: `makes a snapshot of ${source}: ${outcome.waiting ?? 'a Job runs'}`,
          againMs: LOOK_MS,
        };
      case 'Failed':
        return { state: 'Failed', message: `no snapshot could be made of ${source}: ${outcome.message}` };
      case 'Done': {
        const { sha256, revision, file } = readArtefact(outcome.result);
        if (revision < BigInt(textOf(work.details, 'revision')))
          return {
            state: 'Failed',
            message: `the snapshot of ${source} has revision ${revision}, less than was approved`,
          };
        return {
          state: 'Done',
          message: `${file} on the volume of ${source} has revision ${revision}, SHA-256 ${sha256}`,
          notes: { sha256, artefactRevision: revision.toString() },
        };
      }
    }
  },
};

function artefactJob(work: Work, world: EtcdWorld, layout: Layout, attempt: number): Job {
  const { recovery, guard, details } = work;
  const { folder, claims } = artefactPlace(work, layout);
  const source = textOf(details, 'source');
  const common = { OPERATION: operationOf(work), ARTEFACT_DIR: folder };
  if (layout.members.some(({ pod }) => pod === source)) {
    const { hashKV, clusterId, memberId } = seenData(work)[source] ?? {};
    return memberJob(work, world, source, layout.place, {
      script: 'make-source',
      step: 'artefact',
      attempt,
      env: {
        ...common,
        METHOD: textOf(work.notes, 'method'),
        ...(hashKV === undefined ? {} : { EXPECTED_HASH_KV: hashKV }),
        ...(memberId === undefined ? {} : { EXPECTED_MEMBER_ID: memberId }),
        ...(clusterId === undefined ? {} : { EXPECTED_CLUSTER_ID: clusterId }),
      },
      ...etcdctlUser(guard),
    });
  }
  const { toolsImage } = guard.spec;
  return scriptJob({
    owner: recovery.metadata,
    set: world.set,
    containerName: world.facts.setup.containerName,
    script: 'make-source',
    step: 'artefact',
    attempt,
    claims,
    env: { ...common, METHOD: 'File', SNAPSHOT: `${SNAPSHOTS}/${source}`, ...storedSum(details) },
    ...(toolsImage === undefined ? {} : { toolsImage }),
  });
}

function storedSum({ sha256 }: Work['details']): Readonly<Record<string, string>> {
  return typeof sha256 === 'string' ? { EXPECTED_SHA256: sha256 } : {};
}
