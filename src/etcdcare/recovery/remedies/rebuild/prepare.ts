import { isAlreadyExists } from '../../../../kube/errors.ts';
import { persistentVolumeClaimKind } from '../../../../kube/kinds.ts';
import type { ObjectMeta } from '../../../../kube/objects.ts';
import type { Job } from '../../../volumes/job-types.ts';
import { readPrepared, type Prepared } from '../../../volumes/results.ts';
import type { ScriptJobOptions } from '../../../volumes/script-job.ts';
import {
  FETCHED_ARTEFACT,
  fetchBefore,
  servingAddress,
  servingJob,
  stopServing,
  type EtcdSecrets,
} from '../../../volumes/transfer-pods.ts';
import { textOf } from '../../details.ts';
import type { Step, StepOutcome, Work } from '../../remedy.ts';
import type { Claim, EtcdWorld } from '../../world.ts';
import { runAttempts } from '../attempts.ts';
import { memberJob } from '../member-job.ts';
import { fenced } from '../fenced.ts';
import { artefactPlace } from './artefact.ts';
import type { LaidOutMember, Layout } from './layout.ts';
import { operationOf, type PreparedMember } from './noted.ts';

const LOOK_MS = 1_000;
/** So far revisions are raised, that watchers of the old ones are told to read again. */
const BUMP = 1_000_000_000n;
/** A serving pod ends by itself at the latest then, seconds. */
const SERVE_SECONDS = 3_600;

/**
 * Restores the artefact on every volume of the initial cluster, beside the data that is there, under a fresh token: first
 * where it lies, then, served from there, on the others. A volume that is missing is made as the StatefulSet would.
 */
export const prepareAll: Step = {
  name: 'Prepare',
  safeToStop: true,
  run: async (work) => {
    const world = await work.look();
    const layout = fenced(world, work);
    if ('why' in layout) return { state: 'Failed', message: layout.why };
    const missing = layout.members.filter(({ pod }) => !world.claims.has(pod));
    for (const member of missing) await makeClaim(work, world, member);
    const source = layout.members.find(({ pod }) => pod === textOf(work.details, 'source'));
    const others = layout.members.filter((member) => member !== source);
    const prepared = new Map<string, Prepared>();
    if (source) {
      const { folder } = artefactPlace(work, layout);
      const stopped = await prepare(work, world, layout, [source], prepared, { snapshot: `${folder}/snapshot.db` });
      if (stopped) return stopped;
    }
    if (others.length > 0) {
      const serving = await serve(work, world, layout);
      if ('state' in serving) return serving;
      const stopped = await prepare(work, world, layout, others, prepared, {
        snapshot: FETCHED_ARTEFACT,
        before: fetchBefore({ owner: work.recovery.metadata, ...serving, sha256: textOf(work.notes, 'sha256') }),
      });
      if (stopped) return stopped;
      await stopServing(work.client, serving.job, work.signal);
    }
    return judged(work, prepared);
  },
};

async function prepare(
  work: Work,
  world: EtcdWorld,
  layout: Layout,
  members: readonly LaidOutMember[],
  prepared: Map<string, Prepared>,
  { snapshot, before }: { readonly snapshot: string; readonly before?: ScriptJobOptions['before'] },
): Promise<StepOutcome | undefined> {
  const outcomes = await Promise.all(
    members.map(async (member) => {
      const job = (attempt: number): Job =>
        memberJob(work, world, member.pod, layout.place, {
          script: 'prepare',
          step: 'prepare',
          attempt,
          env: {
            OPERATION: operationOf(work),
            SNAPSHOT: snapshot,
            SHA256: textOf(work.notes, 'sha256'),
            MEMBER_NAME: member.name,
            PEER_URL: member.peerURL,
            INITIAL_CLUSTER: layout.initialCluster,
            TOKEN: textOf(work.details, 'token'),
            BUMP_REVISION: BUMP.toString(),
          },
          ...(before ? { before } : {}),
        });
      return { pod: member.pod, outcome: await runAttempts(work.client, job, work.signal) };
    }),
  );
  for (const { pod, outcome } of outcomes) {
    if (outcome.state === 'Failed')
      return { state: 'Failed', message: `the volume of ${pod} could not be prepared: ${outcome.message}` };
    if (outcome.state === 'Done') prepared.set(pod, readPrepared(outcome.result));
  }
  const running = outcomes.filter(({ outcome }) => outcome.state === 'Running');
  if (running.length === 0) return undefined;
  const why = running.map(({ outcome }) => ('waiting' in outcome ? outcome.waiting : undefined)).find(Boolean);
  const pods = running.map(({ pod }) => pod).join(', ');
  return { state: 'Waiting', message: `restores on the volumes of ${pods}${why ? `: ${why}` : ''}`, againMs: LOOK_MS };
}

/** The artefact is served by a pod that mounts the volume it lies on. */
async function serve(
  work: Work,
  { set, facts }: EtcdWorld,
  layout: Layout,
): Promise<
  | StepOutcome
  | { readonly from: string; readonly operatorImage: string; readonly job: Job; readonly secrets: EtcdSecrets }
> {
  const { client, recovery, operatorImage, signal } = work;
  if (operatorImage === undefined)
    return { state: 'Failed', message: 'the operator does not know its own image: set --operator-image' };
  const { folder, claims } = artefactPlace(work, layout);
  const owner = recovery.metadata;
  const secrets = secretsOf(work);
  const job = servingJob({
    owner,
    set,
    containerName: facts.setup.containerName,
    step: 'serve',
    claims,
    deadlineSeconds: SERVE_SECONDS,
    operatorImage,
    file: `${folder}/snapshot.db`,
    secrets,
  });
  const from = await servingAddress(client, job, signal);
  if (from === undefined)
    return { state: 'Waiting', message: 'waits for the pod that serves the snapshot', againMs: 500 };
  if (typeof from !== 'string') return { state: 'Failed', message: `the snapshot could not be served: ${from.failed}` };
  return { from, operatorImage, job, secrets };
}

function secretsOf({ guard: { spec } }: Work): EtcdSecrets {
  const { auth, clientTLS } = spec;
  return {
    ...(auth ? { auth: auth.secretName } : {}),
    ...(clientTLS ? { clientTLS: clientTLS.secretName } : {}),
  };
}

/** Only when every member was prepared, and all from the same snapshot for the same new cluster. */
function judged(work: Work, prepared: ReadonlyMap<string, Prepared>): StepOutcome {
  const revision = BigInt(textOf(work.notes, 'artefactRevision'));
  for (const [pod, member] of prepared)
    if (member.revision !== revision + (member.bumped ? BUMP : 0n))
      return {
        state: 'Failed',
        message: `what was restored for ${pod} has revision ${member.revision}, not that of the snapshot`,
      };
  const clusters = new Set([...prepared.values()].map(({ clusterId }) => clusterId));
  if (clusters.size !== 1) return { state: 'Failed', message: 'what was restored does not belong to one cluster' };
  const notes: Record<string, PreparedMember & Record<string, string>> = {};
  for (const [pod, { memberId, clusterId }] of prepared)
    notes[pod] = { memberId: memberId.toString(), clusterId: clusterId.toString() };
  return {
    state: 'Done',
    message: `${[...prepared.keys()].toSorted().join(', ')} are prepared; the data that is there is untouched`,
    notes: { prepared: notes },
  };
}

interface WithTemplates {
  readonly volumeClaimTemplates?: readonly {
    readonly metadata?: Pick<ObjectMeta, 'labels' | 'annotations'>;
    readonly spec?: Claim['spec'];
  }[];
  readonly selector?: { readonly matchLabels?: Readonly<Record<string, string>> };
}

async function makeClaim(
  { client, recovery, signal }: Work,
  { set }: EtcdWorld,
  { claim }: LaidOutMember,
): Promise<void> {
  const { volumeClaimTemplates: [template] = [], selector } = (set.spec ?? {}) as WithTemplates;
  const object = {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: {
      name: claim,
      namespace: recovery.metadata.namespace,
      labels: { ...template?.metadata?.labels, ...selector?.matchLabels },
      ...(template?.metadata?.annotations ? { annotations: template.metadata.annotations } : {}),
    },
    ...(template?.spec ? { spec: template.spec } : {}),
  };
  try {
    await client.create(persistentVolumeClaimKind, object, { signal });
  } catch (error) {
    if (!isAlreadyExists(error)) throw error;
  }
}
