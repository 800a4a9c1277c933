import { OPERATOR, labels } from '../../api/names.ts';
import type { RecoveryAction, RecoveryStep, StoreSummary } from '../../api/etcd-recovery.ts';
import type { KubeClient } from '../../kube/client.ts';
import type { ConfigMap } from '../../kube/core-types.ts';
import { configMapKind } from '../../kube/kinds.ts';
import type { Stored } from '../../kube/objects.ts';
import type { Json } from './remedy.ts';
import type { TemporaryChange } from './temporary-change.ts';

/**
 * What is known of a recovery that runs: the truth about it, from which another operator goes on. It is in a ConfigMap
 * that nobody owns, so that it outlives the EtcdRecovery and with it what has to be put back.
 */
export interface Journal {
  readonly recovery: { readonly name: string; readonly uid: string };
  readonly guardName: string;
  readonly action: RecoveryAction;
  readonly target?: string;
  readonly planHash: string;
  readonly approvedBy: 'Person' | 'Policy';
  readonly startTime: string;
  readonly details: { readonly [key: string]: Json };
  /** Those that have begun. */
  readonly steps: readonly RecoveryStep[];
  /** What steps noted for later ones. */
  readonly notes: { readonly [key: string]: Json };
  /** To be put back, newest last. */
  readonly changes: readonly TemporaryChange[];
  readonly before?: StoreSummary;
  /** An earlier recovery failed with it and left changes in place: it may be put back at any step. */
  readonly failedBefore?: true;
  /** Set while a plan that was looked at more closely waits to be approved anew: why. */
  readonly replan?: string;
  /** Set when no further step is run: what was changed is put back, but where that would do harm. */
  readonly ending?: {
    readonly state: 'Succeeded' | 'Failed' | 'Cancelled';
    readonly message: string;
    readonly keepChanges?: true;
  };
}

/** A journal with the version it was read at. */
export interface StoredJournal {
  readonly journal: Journal;
  readonly resourceVersion: string;
}

const KEY = 'journal.json';

/**
 * The journal, and the Lease, of an etcd are named after its StatefulSet: one at a time. Not after the uid, because a
 * remedy may have to make the StatefulSet anew.
 */
export const journalName = (statefulSetName: string): string => `etcd-recovery-${statefulSetName}`;

/** Reads the journal of an etcd. @throws ApiError; Error when somebody has broken it. */
export async function readJournal(
  client: Pick<KubeClient, 'get'>,
  namespace: string,
  statefulSetName: string,
  signal: AbortSignal,
): Promise<StoredJournal | undefined> {
  const name = journalName(statefulSetName);
  const stored = await client.get<ConfigMap>(configMapKind, name, namespace, { signal });
  if (!stored) return undefined;
  const text = stored.data?.[KEY];
  if (text === undefined) throw new Error(`ConfigMap ${namespace}/${name} lacks ${KEY}: a person has to look at it`);
  return { journal: JSON.parse(text) as Journal, resourceVersion: stored.metadata.resourceVersion };
}

/** Writes the first version. @throws ApiError; isAlreadyExists: another recovery of this etcd runs. */
export async function createJournal(
  client: Pick<KubeClient, 'create'>,
  namespace: string,
  statefulSetName: string,
  journal: Journal,
  signal: AbortSignal,
): Promise<StoredJournal> {
  const object = configMap(namespace, statefulSetName, journal);
  return stored(journal, await client.create<ConfigMap>(configMapKind, object, { signal }));
}

/** Writes the next version. @throws ApiError; isConflict: somebody else wrote meanwhile. */
export async function updateJournal(
  client: Pick<KubeClient, 'update'>,
  namespace: string,
  statefulSetName: string,
  { resourceVersion }: StoredJournal,
  journal: Journal,
  signal: AbortSignal,
): Promise<StoredJournal> {
  const object = configMap(namespace, statefulSetName, journal);
  const versioned = { ...object, metadata: { ...object.metadata, resourceVersion } };
  return stored(journal, await client.update<ConfigMap>(configMapKind, versioned, { signal }));
}

/** Removes it: the recovery has ended and everything was put back. @throws ApiError */
export async function deleteJournal(
  client: Pick<KubeClient, 'delete'>,
  namespace: string,
  statefulSetName: string,
  { resourceVersion }: StoredJournal,
  signal: AbortSignal,
): Promise<void> {
  await client.delete(configMapKind, journalName(statefulSetName), namespace, { resourceVersion, signal });
}

const stored = (journal: Journal, { metadata }: Stored<ConfigMap>): StoredJournal => ({
  journal,
  resourceVersion: metadata.resourceVersion,
});

function configMap(namespace: string, statefulSetName: string, journal: Journal): ConfigMap {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name: journalName(statefulSetName),
      namespace,
      labels: { [labels.managedBy]: OPERATOR, [labels.component]: 'etcd-recovery-journal' },
    },
    data: { [KEY]: JSON.stringify(journal, undefined, 1) },
  };
}
