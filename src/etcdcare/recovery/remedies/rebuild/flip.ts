import { textOf } from '../../details.ts';
import type { Job } from '../../../volumes/job-types.ts';
import { readFlipped } from '../../../volumes/results.ts';
import type { Step, StepOutcome } from '../../remedy.ts';
import { runAttempts } from '../attempts.ts';
import { memberJob } from '../member-job.ts';
import { fenced } from '../fenced.ts';
import { operationOf, preparedMembers, seenData } from './noted.ts';

const LOOK_MS = 1_000;

/** From here on Milvus stays stopped when something fails: it must not meet an etcd that is half another one. */
const failed = (message: string): StepOutcome => ({ state: 'Failed', message, keepChanges: true });

/**
 * On every volume puts what was restored in the place of the data, which is renamed and kept. Not one is changed before
 * all are prepared: a member that is left empty, or with old data, splits or destroys the cluster.
 */
export const flipAll: Step = {
  name: 'Flip',
  safeToStop: false,
  keepsChanges: true,
  run: async (work) => {
    const world = await work.look();
    const layout = fenced(world, work);
    if ('why' in layout) return failed(layout.why);
    const prepared = preparedMembers(work);
    const unprepared = layout.members.filter(({ pod }) => !prepared[pod]).map(({ pod }) => pod);
    if (unprepared.length > 0) return failed(`not prepared: ${unprepared.join(', ')}`);
    const outcomes = await Promise.all(
      layout.members.map(async ({ pod }) => {
        const { memberId, clusterId } = seenData(work)[pod] ?? {};
        const job = (attempt: number): Job =>
          memberJob(work, world, pod, layout.place, {
            script: 'flip',
            step: 'flip',
            attempt,
            env: {
              OPERATION: operationOf(work),
              SHA256: textOf(work.notes, 'sha256'),
              MEMBER_ID: prepared[pod]?.memberId ?? '',
              CLUSTER_ID: prepared[pod]?.clusterId ?? '',
              ...(memberId === undefined ? {} : { EXPECTED_MEMBER_ID: memberId }),
              ...(clusterId === undefined ? {} : { EXPECTED_CLUSTER_ID: clusterId }),
            },
          });
        return { pod, outcome: await runAttempts(work.client, job, work.signal) };
      }),
    );
    const kept: string[] = [];
    const running: string[] = [];
    for (const { pod, outcome } of outcomes) {
      if (outcome.state === 'Failed')
        return failed(
          `on the volume of ${pod} the restored data could not be put in place: ${outcome.message}. Milvus stays stopped and etcd at 0; cure that, then make an EtcdRecovery with the same action: it goes on from here`,
        );
      if (outcome.state === 'Running') running.push(pod);
      else if (readFlipped(outcome.result).movedTo !== '') kept.push(pod);
    }
    if (running.length > 0)
      return { state: 'Waiting', message: `puts restored data in place on ${running.join(', ')}`, againMs: LOOK_MS };
    const where = `${layout.place.dataDir}.bak-${operationOf(work)}`;
    return {
      state: 'Done',
      message: `all volumes hold the restored data${kept.length > 0 ? `; the data before is kept as ${where} on ${kept.join(', ')}` : ''}`,
    };
  },
};
