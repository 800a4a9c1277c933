import type { EtcdRecovery, EtcdRecoveryStatus } from '../../api/etcd-recovery.ts';
import { journalName, type StoredJournal, type UnreadableJournal } from './journal.ts';

/** What the CRD accepts (maxItems). */
const MAX_DIGESTS = 16;

/**
 * Whether a journal is one that the operator wrote for this recovery. Its digest stands in the status, which nobody but
 * the operator may write (the roles edit and admin of Kubernetes give no status of this API), before it is written itself.
 */
export function countsFor(
  { status }: Pick<EtcdRecovery, 'status'>,
  { digest }: StoredJournal | UnreadableJournal,
): boolean {
  return status?.journal?.digests.includes(digest) ?? false;
}

/**
 * The status's record of a journal before a version of it is written: the version that is there, those that another
 * operator may have on the wire in its place, and the new one. Each write names the version that it replaces, so once one
 * of them is there the others cannot come any more.
 *
 * @param current the digest of the version that is there; undefined: none is yet
 * @param next the digest of the version that is about to be written
 */
export function recordFor(
  statefulSetName: string,
  known: EtcdRecoveryStatus['journal'],
  current: string | undefined,
  next: string,
): NonNullable<EtcdRecoveryStatus['journal']> {
  const before = known?.digests ?? [];
  const [head] = before;
  const kept = current === undefined || current === head ? before : [current];
  const [first, ...rest] = [...new Set([...kept, next])];
  const digests = [...(first === undefined ? [] : [first]), ...rest.slice(1 - MAX_DIGESTS)];
  return { statefulSetName, digests };
}

/** What is said of a journal that somebody else wrote. */
export function forged(namespace: string, statefulSetName: string): string {
  const name = journalName(statefulSetName);
  return `ConfigMap ${name} is not as the operator wrote it, so nothing is done by it: somebody else changed it (kubectl get configmap ${name} -n ${namespace} -o yaml --show-managed-fields). status.temporaryChanges lists what has to be put back by hand; delete the ConfigMap, then make another EtcdRecovery`;
}
