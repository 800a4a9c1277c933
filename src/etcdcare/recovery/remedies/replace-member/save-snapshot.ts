import { advertisedName } from '../../../member-target.ts';
import { readArtefact } from '../../../volumes/results.ts';
import { runScript } from '../../../volumes/run-script.ts';
import { etcdctlAccess } from '../etcdctl-access.ts';
import { dataPlace, memberJob } from '../member-job.ts';
import type { Step } from '../../remedy.ts';
import { approved } from './replacement.ts';

/**
 * A proven snapshot of a healthy member, kept beside its data: what the replacing must never be needed for. The one that
 * an earlier replacement left there goes.
 */
export const saveSnapshot: Step = {
  name: 'SaveSnapshot',
  safeToStop: true,
  run: async (work) => {
    const { snapshotFrom: pod, operation } = approved(work);
    const world = await work.look();
    const place = dataPlace(world);
    if ('why' in place) return { state: 'Failed', message: place.why };
    const { setup } = world.facts;
    const access = await etcdctlAccess(work.client, work.guard, work.signal);
    const job = memberJob(work, world, pod, place, {
      ...access,
      script: 'save-from-survivor',
      step: 'save-snapshot',
      env: {
        ...access.env,
        OPERATION: operation,
        ENDPOINT: `${setup.clientTLS ? 'https' : 'http'}://${advertisedName(setup, pod)}:${setup.clientPort}`,
        ARTEFACT_DIR: `${place.dataDir.slice(0, place.dataDir.lastIndexOf('/'))}/recovery-${operation}`,
        PRECAUTION: '1',
      },
    });
    const outcome = await runScript(work.client, job, work.signal);
    switch (outcome.state) {
      case 'Running':
        return { state: 'Waiting', message: outcome.waiting ?? `saves a snapshot of ${pod}`, againMs: 500 };
      case 'Failed':
        return { state: 'Failed', message: `no snapshot of ${pod}, so nothing was changed: ${outcome.message}` };
      case 'Done': {
        const { file, sha256, revision } = readArtefact(outcome.result);
        return { state: 'Done', message: `${file} on the volume of ${pod}: revision ${revision}, sha256 ${sha256}` };
      }
    }
  },
};
