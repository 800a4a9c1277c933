import { annotations } from '../../../../api/names.ts';
import { planStop, scalings, type MilvusChange } from '../../../milvus/changes.ts';
import { findMilvus } from '../../../milvus/find.ts';
import { PAUSE_ANNOTATION } from '../../../milvus/objects.ts';
import { readChanged } from '../../../milvus/read.ts';
import { applyStop, SuspendedByAnother } from '../../../milvus/stop.ts';
import { milvusStopped } from '../../../milvus/stopped.ts';
import type { Step, StepOutcome, Work } from '../../remedy.ts';
import type { TemporaryChange } from '../../temporary-change.ts';
import { quorumIsBack } from '../stop-etcd.ts';
import { asNote, milvusChanges, operationOf } from './noted.ts';

const LOOK_MS = 1_000;

/** Stops all of Milvus that uses this etcd, as long as that has no quorum, and waits until no pod of it is left. */
export const stopMilvus: Step = {
  name: 'StopMilvus',
  safeToStop: true,
  run: async (work) => quorumIsBack(await work.look(), work) ?? stopAllOfMilvus(work),
};

/** Stops what of Milvus runs, or runs again. */
export async function stopAllOfMilvus(work: Work): Promise<StepOutcome> {
  const known = milvusChanges(work);
  const found = await findMilvus(work, work.guard, work.signal);
  if (found.problems.length > 0) return { state: 'Failed', message: found.problems.join('; ') };
  const wanted = planStop(found, known);
  // The originals are written down before anything is changed.
  if (known === undefined || wanted.length > known.length)
    return {
      state: 'Waiting',
      message: 'has found what to stop',
      againMs: 0,
      notes: { milvus: asNote(wanted), milvusTold: false },
    };
  if (work.notes['milvusTold'] !== true) return tellToStop(work, wanted);
  const left = await stillRunning(work);
  if (left !== undefined) return { state: 'Waiting', message: left, againMs: LOOK_MS };
  return { state: 'Done', message: wanted.length === 0 ? 'no Milvus uses this etcd' : 'Milvus is stopped' };
}

async function tellToStop(work: Work, changes: readonly MilvusChange[]): Promise<StepOutcome> {
  const operation = operationOf(work);
  const { workloads } = await readChanged(work.client, changes, work.signal);
  const byPair = new Set(workloads.filter((workload) => workload.byPair).map(({ change }) => change.uid));
  for (const change of changes) if (!byPair.has(change.uid)) await work.remember(temporary(change, operation));
  try {
    await applyStop(work.client, changes, { uid: operation }, work.signal);
  } catch (error) {
    if (error instanceof SuspendedByAnother) return { state: 'Failed', message: error.message };
    throw error;
  }
  return { state: 'Waiting', message: 'has told Milvus to stop', againMs: 0, notes: { milvusTold: true } };
}

/** What of Milvus has not stopped, or was started again, in words; undefined: nothing. @throws ApiError */
async function stillRunning(work: Work): Promise<string | undefined> {
  const stopper = { uid: operationOf(work) };
  const { running, undone } = await milvusStopped(work.client, milvusChanges(work) ?? [], stopper, work.signal);
  if (undone.length > 0) return `Milvus was started again: ${undone.join('; ')}`;
  return running.length === 0 ? undefined : `waits for Milvus to stop: ${running.map(({ name }) => name).join(', ')}`;
}

function temporary(change: MilvusChange, operation: string): TemporaryChange {
  const { kind, name, namespace, uid } = change;
  const object = { name, namespace, uid };
  const common = { name: `${kind} ${namespace}/${name}`, object };
  switch (change.kind) {
    case 'CoordinatorPair':
      return {
        ...common,
        kind: change.kind,
        what: `CoordinatorPair ${name} is suspended`,
        patch: { metadata: { annotations: { [annotations.suspendedBy]: operation } } },
        putBack: { metadata: { annotations: { [annotations.suspendedBy]: null } } },
      };
    case 'Milvus':
      return {
        ...common,
        kind: change.kind,
        what: `Milvus ${name} is left alone by milvus-operator`,
        patch: { metadata: { annotations: { [PAUSE_ANNOTATION]: 'true' } } },
        putBack: { metadata: { annotations: { [PAUSE_ANNOTATION]: null } } },
      };
    case 'Deployment':
    case 'StatefulSet':
      return {
        ...common,
        kind: change.kind,
        what: `${kind} ${name} is scaled from ${change.replicas} to 0`,
        patch: { spec: { replicas: 0 } },
        putBack: { spec: { replicas: change.replicas } },
      };
  }
}

/** What would be stopped, in words. */
export function inWords(changes: readonly MilvusChange[]): string {
  const ofPairs = new Set(scalings(changes).flatMap(({ pairName, uid }) => (pairName === undefined ? [] : [uid])));
  const names = changes.filter(({ uid }) => !ofPairs.has(uid)).map(({ kind, name }) => `${kind} ${name}`);
  return names.join(', ');
}
