import { createHash } from 'node:crypto';
import type { EtcdGuard } from '../../api/etcd-guard.ts';
import { OPERATOR, labels } from '../../api/names.ts';
import type { RecoveryAction, RecoveryStep, StoreSummary } from '../../api/etcd-recovery.ts';
import { limits } from '../../base/limits.ts';
import type { KubeClient } from '../../kube/client.ts';
import type { ConfigMap } from '../../kube/core-types.ts';
import { configMapKind } from '../../kube/kinds.ts';
import type { Stored } from '../../kube/objects.ts';
import { journalSchema } from './journal-schema.ts';
import type { Json } from './remedy.ts';
import type { TemporaryChange } from './temporary-change.ts';

/** What of a guard's spec a plan was approved with: a guard that is edited later changes nothing of what runs. */
export interface ApprovedGuard {
  readonly toolsImage?: string;
  readonly snapshotsClaimName?: string;
  readonly milvus?: EtcdGuard['spec']['milvus'];
}

/**
 * How far a recovery that runs is, from which another operator goes on. It is in a ConfigMap, which whoever may write
 * ConfigMaps can write, too: it counts only while the EtcdRecovery's status has its digest, see {@link countsFor}.
 */
export interface Journal {
  readonly recovery: { readonly name: string; readonly uid: string };
  readonly guardName: string;
  readonly action: RecoveryAction;
  readonly target?: string;
  readonly planHash: string;
  readonly approvedBy: 'Person' | 'Policy';
  readonly startTime: string;
  readonly guard: ApprovedGuard;
  readonly details: { readonly [key: string]: Json };
  /** Those that have begun. */
  readonly steps: readonly RecoveryStep[];
  /** What steps noted for later ones. */
  readonly notes: { readonly [key: string]: Json };
  /** To be put back, newest last. */
  readonly changes: readonly TemporaryChange[];
  readonly before?: StoreSummary;
  /** Set while a plan that was looked at more closely waits to be approved again. */
  readonly replan?: {
    readonly why: string;
    /** More may be lost than was approved: a person has to decide, whatever the guard's policy says. */
    readonly needsPerson?: true;
  };
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
  /** SHA-256 of its text, hexadecimal. */
  readonly digest: string;
  readonly resourceVersion: string;
}

/** A ConfigMap of that name that holds no journal. */
export interface UnreadableJournal {
  /** Why not, in words. */
  readonly unreadable: string;
  readonly digest: string;
  readonly resourceVersion: string;
}

const KEY = 'journal.json';

/**
 * The journal, and the Lease, of an etcd are named after its StatefulSet: one at a time. Not after the uid, because a
 * remedy may have to make the StatefulSet anew.
 */
export const journalName = (statefulSetName: string): string => `etcd-recovery-${statefulSetName}`;

/** Reads the journal of an etcd. What it says counts only after {@link countsFor}. @throws ApiError */
export async function readJournal(
  client: Pick<KubeClient, 'get'>,
  namespace: string,
  statefulSetName: string,
  signal: AbortSignal,
): Promise<StoredJournal | UnreadableJournal | undefined> {
  const found = await client.get<ConfigMap>(configMapKind, journalName(statefulSetName), namespace, { signal });
  if (!found) return undefined;
  const text = found.data?.[KEY] ?? '';
  const version = { digest: digestOf(text), resourceVersion: found.metadata.resourceVersion };
  if (text.length > limits.journalCharacters)
    return { ...version, unreadable: `it has more than ${limits.journalCharacters} characters` };
  try {
    const parsed = journalSchema.safeParse(JSON.parse(text));
    return parsed.success
      ? { ...version, journal: parsed.data }
      : { ...version, unreadable: parsed.error.issues.map(inWords).join('; ').slice(0, MAX_WORDS) };
  } catch (error) {
    return { ...version, unreadable: String(error).slice(0, MAX_WORDS) };
  }
}

/** Writes the first version. @throws ApiError; isAlreadyExists: another recovery of this etcd runs. */
export async function createJournal(
  client: Pick<KubeClient, 'create'>,
  namespace: string,
  statefulSetName: string,
  next: NextJournal,
  signal: AbortSignal,
): Promise<StoredJournal> {
  const object = configMap(namespace, statefulSetName, next.text);
  return stored(next, await client.create<ConfigMap>(configMapKind, object, { signal }));
}

/** Writes the next version. @throws ApiError; isConflict: somebody else wrote meanwhile. */
export async function updateJournal(
  client: Pick<KubeClient, 'update'>,
  namespace: string,
  statefulSetName: string,
  { resourceVersion }: StoredJournal,
  next: NextJournal,
  signal: AbortSignal,
): Promise<StoredJournal> {
  const object = configMap(namespace, statefulSetName, next.text);
  const versioned = { ...object, metadata: { ...object.metadata, resourceVersion } };
  return stored(next, await client.update<ConfigMap>(configMapKind, versioned, { signal }));
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

/** A version that is going to be written. */
export interface NextJournal extends Omit<StoredJournal, 'resourceVersion'> {
  readonly text: string;
}

/** The next version, with the digest that the EtcdRecovery's status has to have before it is written. */
export function nextJournal(journal: Journal): NextJournal {
  const text = JSON.stringify(journal, undefined, 1);
  return { journal, text, digest: digestOf(text) };
}

/** The longest list of faults that is told. */
const MAX_WORDS = 512;

const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex');

const inWords = ({ path, message }: { readonly path: readonly PropertyKey[]; readonly message: string }): string =>
  `${path.join('.') || 'the whole'}: ${message}`;

const stored = ({ journal, digest }: NextJournal, { metadata }: Stored<ConfigMap>): StoredJournal => ({
  journal,
  digest,
  resourceVersion: metadata.resourceVersion,
});

function configMap(namespace: string, statefulSetName: string, text: string): ConfigMap {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name: journalName(statefulSetName),
      namespace,
      labels: { [labels.managedBy]: OPERATOR, [labels.component]: 'etcd-recovery-journal' },
    },
    data: { [KEY]: text },
  };
}
