import { hasEnded, type EtcdRecovery } from '../../api/etcd-recovery.ts';
import { etcdRecoveryKind } from '../../api/names.ts';
import type { KubeClient } from '../../kube/client.ts';
import { countsFor } from './journal-proof.ts';
import { journalName, type Journal, type StoredJournal, type UnreadableJournal } from './journal.ts';
import type { Planned } from './remedy.ts';

/** Whose journal is there, and whether that one goes on with it. */
export type JournalOwner =
  | {
      readonly state: 'AtIt' | 'LeftBehind';
      readonly name: string;
      readonly uid: string;
      readonly stored: StoredJournal;
    }
  /** Nobody can tell whether the operator wrote it: nothing is done by it, and nothing beside it. */
  | { readonly state: 'Unknown'; readonly why: string; readonly uid?: never; readonly stored?: never };

/**
 * Finds the EtcdRecovery that a journal belongs to. Only one that is there, with the journal's digest in its status,
 * tells that the operator wrote it; the finalizer keeps it for as long as there is something to be put back.
 *
 * @throws ApiError
 */
export async function ownerOf(
  client: Pick<KubeClient, 'get'>,
  namespace: string,
  statefulSetName: string,
  found: StoredJournal | UnreadableJournal,
  signal: AbortSignal,
): Promise<JournalOwner> {
  const configMap = `ConfigMap ${journalName(statefulSetName)}`;
  const byHand = 'put back by hand what its `changes` list, if that is still changed, then delete it';
  if ('unreadable' in found)
    return {
      state: 'Unknown',
      why: `waits: ${configMap} is no journal of this operator (${found.unreadable}): ${byHand}`,
    };
  const { name, uid } = found.journal.recovery;
  const owner = await client.get<EtcdRecovery>(etcdRecoveryKind, name, namespace, { signal });
  if (owner?.metadata.uid !== uid)
    return {
      state: 'Unknown',
      why: `waits: ${configMap} is of EtcdRecovery ${name}, which is gone, so nobody can tell who wrote it: ${byHand}`,
    };
  // One that has not ended finds out itself what its journal is worth.
  if (!hasEnded(owner)) return { state: 'AtIt', name, uid, stored: found };
  if (!countsFor(owner, found))
    return {
      state: 'Unknown',
      why: `waits: ${configMap} is not as the operator wrote it for EtcdRecovery ${name}: ${byHand}`,
    };
  return { state: 'LeftBehind', name, uid, stored: found };
}

/** Whether nobody goes on with a journal: its recovery is gone, or has ended and left changes in place. */
export function isLeftBehind({ recovery: { uid } }: Journal, recoveries: readonly EtcdRecovery[]): boolean {
  const own = recoveries.find(({ metadata }) => metadata.uid === uid);
  return !own || hasEnded(own);
}

/**
 * Plans to take up what another recovery left: the same action on the same member goes on where it stood. With
 * `spec.cancel` it is put back instead, at the next safe point.
 */
export function adoption({ spec }: EtcdRecovery, left: Journal): Planned {
  const same = left.action === spec.action && left.target === spec.target?.podName;
  const member = left.target === undefined ? '' : ` on ${left.target}`;
  if (!same)
    return {
      state: 'Refused',
      why: `EtcdRecovery ${left.recovery.name} left a ${left.action}${member} half done: make an EtcdRecovery with that action to go on with it; approved with cancel set, it puts back what can be`,
    };
  const done = left.steps.filter(({ state }) => state === 'Done').map(({ name }) => name);
  return {
    state: 'Planned',
    plan: {
      steps: [`go on with what EtcdRecovery ${left.recovery.name} left, as it was approved there (${left.planHash})`],
      mayLose: 'what the plan that was approved said',
      undo: 'approve it with cancel set, or set cancel later: it stops at the next safe point and puts back what was changed for the time',
      evidence: `a ${left.action}${member} is half done; done so far: ${done.join(', ') || 'nothing'}`,
      details: left.details,
      needsPerson: true,
    },
  };
}
