import { z } from 'zod';
import { isConflict, isAlreadyExists } from '../../../../kube/errors.ts';
import type { Pod } from '../../../../kube/core-types.ts';
import { persistentVolumeClaimKind, podKind, statefulSetKind } from '../../../../kube/kinds.ts';
import type { EtcdStatefulSet } from '../../../setup/stateful-set.ts';
import { textOf } from '../../details.ts';
import type { Step, StepOutcome, Work } from '../../remedy.ts';
import type { Claim } from '../../world.ts';
import { bindDetailsSchema, wasBound, type PendingClaim } from './plan.ts';
import { asNote, fromNote, makesClaimsWith, storedSet, storedSetSchema, type StoredSet } from './stored-set.ts';

const LOOK_MS = 1_000;
/** What does not go within this time is left, so that the StatefulSet is not missing for long, milliseconds. */
const REMOVE_WITHIN_MS = 5 * 60_000;
/** While the StatefulSet is missing nobody gives up, milliseconds. */
const NEVER_MS = 365 * 24 * 3_600_000;
const NOTE = 'statefulSet';

/** What these steps note. */
export const bindNotesSchema = z.strictObject({ [NOTE]: z.exactOptional(storedSetSchema) });

/** The manifest is in the journal before the StatefulSet goes; its pods stay. */
export const setStatefulSetAside: Step = {
  name: 'SetStatefulSetAside',
  safeToStop: false,
  run: async (work) => {
    const saved = fromNote(work.notes[NOTE]);
    const set = await currentSet(work);
    if (saved && set?.metadata.uid !== saved.uid)
      return { state: 'Done', message: 'the StatefulSet is out of the way' };
    if (!set) return { state: 'Failed', message: 'somebody deleted the StatefulSet before anything was done' };
    if (set.metadata.deletionTimestamp !== undefined)
      return { state: 'Waiting', message: 'waits for the StatefulSet to go', againMs: 200 };
    // What was changed since it was taken down has to come back, too.
    if (saved?.generation !== set.metadata.generation) {
      const note = asNote(storedSet(set, await claimTemplate(work), textOf(work.details, 'storageClassName')));
      return { state: 'Waiting', message: 'its manifest is in the journal', againMs: 0, notes: { [NOTE]: note } };
    }
    const { name, namespace, uid, resourceVersion } = set.metadata;
    const options = { uid, resourceVersion, propagationPolicy: 'Orphan', signal: work.signal } as const;
    await work.client.delete(statefulSetKind, name, namespace, options);
    return { state: 'Waiting', message: 'waits for the StatefulSet to go', againMs: 200 };
  },
};

/** Nothing that ever had a volume is deleted: binding changes the version that is asked for. */
export const removeClaims: Step = {
  name: 'RemoveClaims',
  safeToStop: false,
  withinMs: NEVER_MS,
  run: async (work) => {
    if (await currentSet(work)) return { state: 'Done', message: 'the StatefulSet is there again' };
    const left: string[] = [];
    for (const claim of pendingClaims(work)) {
      if (await isStillThere(work, claim)) left.push(claim.name);
      await removeWaitingPod(work, claim.pod);
    }
    if (left.length === 0) return { state: 'Done', message: 'no claim is left that never had a volume' };
    const message = `waits for ${left.join(', ')} to go`;
    const late = work.now.getTime() - work.stepStarted.getTime() > REMOVE_WITHIN_MS;
    return late ? { state: 'Done', message: `gave up: ${message}` } : { state: 'Waiting', message, againMs: 200 };
  },
};

/** The same StatefulSet with the other class; it makes the claims that are missing. */
export const createStatefulSet: Step = {
  name: 'CreateStatefulSet',
  safeToStop: false,
  withinMs: NEVER_MS,
  run: async (work) => {
    const saved = fromNote(work.notes[NOTE]);
    if (!saved) return { state: 'Failed', message: 'the journal holds no manifest of the StatefulSet' };
    const { namespace } = work.guard.metadata;
    const { manifest } = saved;
    if (manifest.metadata.name !== work.guard.spec.statefulSetName || manifest.metadata.namespace !== namespace)
      return { state: 'Failed', message: 'the journal holds the manifest of another StatefulSet' };
    const set = await currentSet(work);
    if (set) return judgeSet(set, saved, work);
    try {
      await work.client.create<EtcdStatefulSet>(statefulSetKind, manifest, { signal: work.signal });
    } catch (error) {
      if (!isAlreadyExists(error)) throw error;
    }
    return { state: 'Waiting', message: 'the StatefulSet was created again', againMs: 0 };
  },
};

/** The remedy is about volumes: whether etcd is well with them is the guard's to say. */
export const seeBound: Step = {
  name: 'SeeBound',
  safeToStop: true,
  run: async (work) => {
    const { claims, facts } = await work.look();
    const waiting = pendingClaims(work).filter(({ pod }) => {
      const container = facts.pods.find(({ name }) => name === pod)?.container;
      return claims.get(pod)?.status?.phase !== 'Bound' || container?.state !== 'Running';
    });
    if (waiting.length === 0) return { state: 'Done', message: 'the claims are bound, and their pods run' };
    return {
      state: 'Waiting',
      message: `waits for ${waiting.map(({ pod }) => pod).join(', ')} to run`,
      againMs: LOOK_MS,
    };
  },
};

function judgeSet(set: EtcdStatefulSet, saved: StoredSet, { details }: Work): StepOutcome {
  const [template = ''] = saved.manifest.spec?.volumeClaimTemplates?.map(({ metadata }) => metadata?.name ?? '') ?? [];
  const storageClassName = textOf(details, 'storageClassName');
  if (makesClaimsWith(set, template, storageClassName))
    return { state: 'Done', message: `the StatefulSet is there, with storage class ${storageClassName}` };
  return {
    state: 'Failed',
    message: `somebody else created the StatefulSet again without storage class ${storageClassName}: set it in the values of the chart, or pause what creates it (a GitOps tool, milvus-operator), then make another EtcdRecovery. No claim with a volume was touched`,
  };
}

function currentSet({ client, guard, signal }: Work) {
  const { statefulSetName } = guard.spec;
  return client.get<EtcdStatefulSet>(statefulSetKind, statefulSetName, guard.metadata.namespace, { signal });
}

async function claimTemplate(work: Work): Promise<string> {
  return (await work.look()).facts.setup.claimTemplates[0] ?? 'data';
}

async function isStillThere({ client, guard, signal }: Work, { name, uid }: PendingClaim): Promise<boolean> {
  const { namespace } = guard.metadata;
  const claim = await client.get<Claim>(persistentVolumeClaimKind, name, namespace, { signal });
  if (claim?.metadata.uid !== uid || wasBound(claim)) return false;
  if (claim.metadata.deletionTimestamp !== undefined) return true;
  const { resourceVersion } = claim.metadata;
  await unlessChanged(client.delete(persistentVolumeClaimKind, name, namespace, { uid, resourceVersion, signal }));
  return true;
}

/** A pod without a node holds nothing; made anew it looks for its claim anew. */
async function removeWaitingPod({ client, guard, signal }: Work, name: string): Promise<void> {
  const { namespace } = guard.metadata;
  const pod = await client.get<Pod>(podKind, name, namespace, { signal });
  if (!pod || pod.spec?.nodeName !== undefined || pod.metadata.deletionTimestamp !== undefined) return;
  const { uid, resourceVersion } = pod.metadata;
  await unlessChanged(client.delete(podKind, name, namespace, { uid, resourceVersion, signal }));
}

/** It is looked at anew in a moment. */
async function unlessChanged(deleting: Promise<boolean>): Promise<void> {
  try {
    await deleting;
  } catch (error) {
    if (!isConflict(error)) throw error;
  }
}

function pendingClaims({ details }: Work): readonly PendingClaim[] {
  return bindDetailsSchema.parse(details).claims;
}
