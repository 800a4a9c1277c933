import { dirname } from 'node:path/posix';
import { answered } from '../../../diagnose/quorum.ts';
import { readArtefact } from '../../../volumes/results.ts';
import { textOf } from '../../details.ts';
import type { Step } from '../../remedy.ts';
import { runAttempts } from '../attempts.ts';
import { etcdctlAccess } from '../etcdctl-access.ts';
import { memberJob } from '../member-job.ts';
import { quorumIsBack } from '../stop-etcd.ts';
import { layoutOf, type Layout } from './layout.ts';
import { operationOf } from './noted.ts';
import { endpointOf, givesSnapshot } from './survey.ts';

const LOOK_MS = 1_000;
/** Start-up scripts take up to 20 s; one that has seen no leader since it started never serves clients (etcd 3.5). */
const ANSWERS_WITHIN_MS = 40_000;

/** Where the snapshot that all members are restored from lies, on the volume that it was made from. */
export const artefactDir = ({ place }: Layout, operation: string): string =>
  `${dirname(place.dataDir)}/recovery-${operation}`;

/** Saves a snapshot of the chosen member while it still runs: whatever stopping does to it, that is safe. */
export const saveSurvivor: Step = {
  name: 'SaveSurvivor',
  safeToStop: true,
  run: async (work) => {
    const source = textOf(work.details, 'source');
    const world = await work.look();
    const layout = layoutOf(world);
    if ('why' in layout) return { state: 'Failed', message: layout.why };
    const over = quorumIsBack(world, work);
    if (over) return over;
    const survivor = answered(world.facts).find(({ podName }) => podName === source);
    if (!survivor) {
      const runs = world.facts.pods.some(({ name, container }) => name === source && container.state === 'Running');
      if (runs && work.now.getTime() - work.stepStarted.getTime() < ANSWERS_WITHIN_MS)
        return { state: 'Waiting', message: `waits for the member in ${source} to answer`, againMs: LOOK_MS };
      return { state: 'Done', message: `the member in ${source} does not answer: its volume is the source` };
    }
    if (!givesSnapshot(world, survivor))
      return {
        state: 'Done',
        message: `without a quorum nobody can log in to the member in ${source}: its volume is the source`,
      };
    const operation = operationOf(work);
    const { env, ...access } = await etcdctlAccess(work.client, work.guard, work.signal);
    const { clusterID, memberID } = survivor.answer.status.header;
    const job = (attempt: number) =>
      memberJob(work, world, source, layout.place, {
        script: 'save-from-survivor',
        step: 'save',
        attempt,
        env: {
          OPERATION: operation,
          ENDPOINT: endpointOf(world, source),
          ARTEFACT_DIR: artefactDir(layout, operation),
          EXPECTED_MEMBER_ID: memberID.toString(),
          EXPECTED_CLUSTER_ID: clusterID.toString(),
          ...env,
        },
        ...access,
      });
    const outcome = await runAttempts(work.client, job, work.signal);
    switch (outcome.state) {
      case 'Running':
        return { state: 'Waiting', message: `saves ${source}: ${outcome.waiting ?? 'a Job runs'}`, againMs: LOOK_MS };
      case 'Failed':
        return { state: 'Failed', message: `the member in ${source} could not be saved: ${outcome.message}` };
      case 'Done': {
        const { file, revision } = readArtefact(outcome.result);
        return {
          state: 'Done',
          message: `saved ${source} as ${file} on its volume, revision ${revision}`,
          notes: { saved: { source, revision: revision.toString() } },
        };
      }
    }
  },
};
