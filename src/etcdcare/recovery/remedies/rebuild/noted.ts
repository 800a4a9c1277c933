import type { MilvusChange } from '../../../milvus/changes.ts';
import { textOf } from '../../details.ts';
import type { Json, Work } from '../../remedy.ts';

/*
 * What steps of a rebuild write down for later ones.
 */

/** What names this rebuild in files and to pairs: the uid of the recovery that began it. */
export const operationOf = ({ details }: Pick<Work, 'details'>): string => textOf(details, 'operation');

/** What was changed to stop Milvus; undefined: not decided yet. */
export function milvusChanges({ notes }: Pick<Work, 'notes'>): readonly MilvusChange[] | undefined {
  return notes['milvus'] as unknown as readonly MilvusChange[] | undefined;
}

/** The same, to be written down: it is plain JSON. */
export const asNote = (changes: readonly MilvusChange[]): Json => changes as unknown as Json;

/** A member that was saved while it ran. */
export interface SavedSurvivor {
  readonly source: string;
  readonly revision: string;
}

/** The same; undefined: none was. */
export function savedSurvivor({ notes }: Pick<Work, 'notes'>): SavedSurvivor | undefined {
  return notes['saved'] as unknown as SavedSurvivor | undefined;
}

/** A restored directory that waits beside the old one. */
export interface PreparedMember {
  readonly memberId: string;
  readonly clusterId: string;
}

/** What was prepared, by pod. */
export function preparedMembers({ notes }: Pick<Work, 'notes'>): Readonly<Record<string, PreparedMember>> {
  return (notes['prepared'] ?? {}) as unknown as Readonly<Record<string, PreparedMember>>;
}

/** What the closer look found in the old directories, by pod. */
export interface SeenData {
  readonly memberId?: string;
  readonly clusterId?: string;
  readonly hashKV?: string;
}

/** What the closer look found, by pod. */
export function seenData({ notes }: Pick<Work, 'notes'>): Readonly<Record<string, SeenData>> {
  return (notes['seen'] ?? {}) as unknown as Readonly<Record<string, SeenData>>;
}
