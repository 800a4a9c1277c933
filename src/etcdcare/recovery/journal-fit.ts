import type { EtcdGuard } from '../../api/etcd-guard.ts';
import type { EtcdRecovery } from '../../api/etcd-recovery.ts';
import type { Journal } from './journal.ts';
import type { NamedObject, Remedy } from './remedy.ts';

/**
 * Why a journal does not fit what is to be carried out; undefined: it does. Whatever it says, nothing is done to another
 * StatefulSet, nor in a namespace that the guard did not name when the plan was approved.
 */
export function misfit(
  journal: Journal,
  { spec }: Pick<EtcdRecovery, 'spec'>,
  guard: EtcdGuard,
  remedy: Pick<Remedy, 'details' | 'notes' | 'objectsIn'>,
): string | undefined {
  const { action, target, details, notes, changes } = journal;
  if (action !== spec.action || target !== spec.target?.podName)
    return `it is about ${action} on ${target ?? 'no pod'}, not about what the EtcdRecovery asks for`;
  const wrong =
    issueIn('details', remedy.details.safeParse(details)) ?? issueIn('notes', remedy.notes.safeParse(notes));
  if (wrong !== undefined) return wrong;
  // Those of Milvus are named after their object, see stop-milvus.ts; all others are of the etcd itself.
  const ofMilvus = ({ name, object }: Journal['changes'][number]): boolean => name.endsWith(` ${placeOf(object)}`);
  const outside =
    changes
      .filter((change) => !ofMilvus(change))
      .map(asObject)
      .find((object) => !isOfEtcd(object, guard)) ??
    [...changes.filter(ofMilvus).map(asObject), ...(remedy.objectsIn?.(notes) ?? [])].find(
      (object) => !mayBeMilvus(object, journal, guard),
    );
  return outside && `it is about ${outside.kind} ${placeOf(outside)}`;
}

const placeOf = ({ namespace, name }: Omit<NamedObject, 'kind'>): string => `${namespace}/${name}`;
const asObject = ({ kind, object }: Journal['changes'][number]): NamedObject => ({ kind, ...object });

function isOfEtcd({ kind, namespace, name }: NamedObject, { metadata, spec }: EtcdGuard): boolean {
  return kind === 'StatefulSet' && namespace === metadata.namespace && name === spec.statefulSetName;
}

function mayBeMilvus({ kind, namespace }: NamedObject, { guard }: Journal, { metadata }: EtcdGuard): boolean {
  if (namespace === metadata.namespace) return true;
  return kind !== 'Milvus' && (guard.milvus?.pairNamespaces ?? []).includes(namespace);
}

function issueIn(part: string, { error }: ReturnType<Remedy['notes']['safeParse']>): string | undefined {
  const issue = error?.issues[0];
  return issue && `${[part, ...issue.path].join('.')}: ${issue.message}`;
}
