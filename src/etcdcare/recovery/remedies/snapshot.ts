import { z } from 'zod';
import type { EtcdGuard, KeptSnapshot } from '../../../api/etcd-guard.ts';
import { etcdGuardKind } from '../../../api/names.ts';
import type { KubeObject } from '../../../kube/objects.ts';
import { advertisedName } from '../../member-target.ts';
import type { Job } from '../../volumes/job-types.ts';
import { readSavedSnapshot, type SavedSnapshot, type StoredSnapshot } from '../../volumes/results.ts';
import { runScript } from '../../volumes/run-script.ts';
import { scriptJob } from '../../volumes/script-job.ts';
import type { Planned, Remedy, Step, Work } from '../remedy.ts';
import type { EtcdWorld } from '../world.ts';
import { etcdctlAccess } from './etcdctl-access.ts';
import { leaderPod, votersOf } from './members.ts';

/** Where the snapshots' volume is mounted in the Job. */
const SNAPSHOTS = '/snapshots';
const LOOK_MS = 1_000;
/** How many the guard's status tells of: what the CRD accepts (maxItems). */
const MOST_TOLD = 16;

/** Saves a snapshot into the guard's volume and proves it; rotates those beyond the number that is kept. */
export const snapshot: Remedy = {
  action: 'Snapshot',
  plan: ({ world }) => Promise.resolve(planFor(world)),
  details: z.strictObject({ claim: z.string() }),
  notes: z.strictObject({}),
  steps: [save()],
};

function planFor(world: EtcdWorld): Planned {
  const { snapshots } = world.guard.spec;
  if (!snapshots)
    return {
      state: 'Refused',
      why: `spec.snapshots of EtcdGuard ${world.guard.metadata.name} is not set: name a claim that snapshots go to`,
    };
  if (sources(world).length === 0)
    return { state: 'Waiting', why: 'waits for a healthy member to take it from', againMs: 5_000 };
  return {
    state: 'Planned',
    plan: {
      steps: [
        `save a snapshot from a healthy member into ${snapshots.claimName}, prove it by starting an etcd on a copy, and keep the newest ${snapshots.keep}`,
      ],
      mayLose: 'nothing of etcd; the oldest snapshot, when there are more than are kept',
      undo: 'nothing to undo',
      evidence: 'asked for',
      details: { claim: snapshots.claimName },
    },
  };
}

function save(): Step {
  return {
    name: 'Save',
    safeToStop: true,
    run: async (work) => {
      const { snapshots } = work.guard.spec;
      if (!snapshots) return { state: 'Failed', message: 'spec.snapshots of the guard was taken away' };
      const job = await saveJob(work, await work.look(), snapshots);
      const outcome = await runScript(work.client, job, work.signal);
      switch (outcome.state) {
        case 'Running':
          return { state: 'Waiting', message: `saves: ${outcome.waiting ?? 'a Job runs'}`, againMs: LOOK_MS };
        case 'Failed':
          return { state: 'Failed', message: outcome.message };
        case 'Done': {
          const saved = readSavedSnapshot(outcome.result);
          await tellGuard(work, saved);
          const { newest, kept, removed } = saved;
          return {
            state: 'Done',
            message: `saved ${newest.name}: revision ${newest.revision}, ${newest.keys} keys; ${kept} are kept, ${removed.length} removed`,
          };
        }
      }
    },
  };
}

/** Healthy members, the leader last: saving costs it as much as reading everything. */
function sources(world: EtcdWorld): readonly string[] {
  const healthy = votersOf(world).flatMap((member) =>
    member.healthy && member.podName !== undefined ? [member.podName] : [],
  );
  const leader = leaderPod(world);
  return [...healthy.filter((pod) => pod !== leader), ...healthy.filter((pod) => pod === leader)];
}

async function saveJob(
  { recovery, client, signal }: Work,
  world: EtcdWorld,
  { claimName, keep }: NonNullable<EtcdGuard['spec']['snapshots']>,
): Promise<Job> {
  const { guard, set, facts } = world;
  const { setup } = facts;
  const { toolsImage } = guard.spec;
  const { env, ...access } = await etcdctlAccess(client, guard, signal);
  const endpoints = sources(world).map(
    (pod) => `${setup.clientTLS ? 'https' : 'http'}://${advertisedName(setup, pod)}:${setup.clientPort}`,
  );
  return scriptJob({
    owner: recovery.metadata,
    set,
    containerName: setup.containerName,
    script: 'save-snapshot',
    step: 'save',
    claims: [{ claimName, mountPath: SNAPSHOTS }],
    env: {
      OPERATION: `${Math.floor(Date.parse(recovery.metadata.creationTimestamp ?? '') / 1000)}-${recovery.metadata.uid.slice(0, 8)}`,
      SNAPSHOT_DIR: SNAPSHOTS,
      ENDPOINTS: endpoints.join(','),
      KEEP: String(keep),
      ...env,
    },
    ...access,
    ...(toolsImage === undefined ? {} : { toolsImage }),
  });
}

/** The guard's status names the snapshots, for people and for RestoreFromSnapshot. */
async function tellGuard({ client, guard, signal }: Work, { newest, snapshots, held }: SavedSnapshot): Promise<void> {
  const { name, namespace, uid } = guard.metadata;
  // As it is now: a word that comes late must not name a snapshot that was rotated away since.
  const resourceVersion = (await client.get<KubeObject>(etcdGuardKind, name, namespace, { signal }))?.metadata
    .resourceVersion;
  const lastSnapshot = {
    ...told(newest),
    // null takes away what stood there.
    frozen:
      held > 0n ? `the newest snapshot is of another cluster or holds less than half of ${held} older ones` : null,
  };
  await client.mergePatch(
    etcdGuardKind,
    name,
    namespace,
    {
      metadata: { uid, resourceVersion },
      status: { lastSnapshot, snapshots: snapshots.slice(0, MOST_TOLD).map(told) },
    },
    { subresource: 'status', signal },
  );
}

function told({ name, savedAt, clusterId, revision, keys, sha256, sessionRoots }: StoredSnapshot): KeptSnapshot {
  return {
    name,
    time: savedAt,
    clusterID: clusterId.toString(16),
    revision: revision.toString(),
    totalKeys: keys.toString(),
    sha256,
    sessionRoots,
  };
}
