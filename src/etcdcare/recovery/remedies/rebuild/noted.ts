import { z } from 'zod';
import type { MilvusChange } from '../../../milvus/changes.ts';
import { textOf } from '../../details.ts';
import type { Json, Work } from '../../remedy.ts';
import { DIVIDED, stopNotes } from '../stop-etcd.ts';
import { lossSchema } from './loss.ts';

/*
 * What is planned for a rebuild, and what its steps write down for later ones.
 */

const decimal = z.string().regex(/^\d+$/);
const target = { namespace: z.string().min(1), name: z.string().min(1), uid: z.string().min(1) };

const milvusChangesSchema = z.array(
  z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.enum(['CoordinatorPair', 'Milvus']), ...target }),
    z.strictObject({
      kind: z.enum(['Deployment', 'StatefulSet']),
      ...target,
      replicas: z.int().nonnegative(),
      podSelector: z.strictObject({
        matchLabels: z.exactOptional(z.record(z.string(), z.string())),
        matchExpressions: z.exactOptional(
          z.array(
            z.strictObject({
              key: z.string(),
              operator: z.enum(['In', 'NotIn', 'Exists', 'DoesNotExist']),
              values: z.exactOptional(z.array(z.string())),
            }),
          ),
        ),
      }),
      pairName: z.exactOptional(z.string()),
    }),
  ]),
) satisfies z.ZodType<readonly MilvusChange[]>;
const savedSchema = z.strictObject({ source: z.string(), revision: decimal });
const preparedSchema = z.record(z.string(), z.strictObject({ memberId: decimal, clusterId: decimal }));
const seenSchema = z.record(
  z.string(),
  z.strictObject({
    memberId: z.exactOptional(decimal),
    clusterId: z.exactOptional(decimal),
    hashKV: z.exactOptional(decimal),
  }),
);

/** The details of a plan to rebuild. */
export const rebuildDetailsSchema = z.strictObject({
  operation: z.string().regex(/^[0-9a-zA-Z-]+$/),
  source: z.string().min(1),
  clusterId: z.string().regex(/^[0-9a-f]+$|^unknown$/),
  revision: decimal,
  [DIVIDED]: z.exactOptional(z.literal('yes')),
  token: z.string().min(1),
  loss: lossSchema,
  sha256: z.exactOptional(z.string()),
});

/** What its steps note. */
export const rebuildNotesSchema = z.strictObject({
  ...stopNotes,
  milvus: z.exactOptional(milvusChangesSchema),
  milvusTold: z.exactOptional(z.boolean()),
  saved: z.exactOptional(savedSchema),
  seen: z.exactOptional(seenSchema),
  method: z.exactOptional(z.enum(['Member', 'RawDatabase'])),
  sha256: z.exactOptional(z.string()),
  artefactRevision: z.exactOptional(decimal),
  prepared: z.exactOptional(preparedSchema),
});

/** What names this rebuild in files and to pairs: the uid of the recovery that began it. */
export const operationOf = ({ details }: Pick<Work, 'details'>): string => textOf(details, 'operation');

/** What was changed to stop Milvus; undefined: not decided yet. */
export function milvusChanges({ notes }: Pick<Work, 'notes'>): readonly MilvusChange[] | undefined {
  return milvusChangesSchema.optional().parse(notes['milvus']);
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
  return savedSchema.optional().parse(notes['saved']);
}

/** A restored directory that waits beside the old one. */
export interface PreparedMember {
  readonly memberId: string;
  readonly clusterId: string;
}

/** What was prepared, by pod. */
export function preparedMembers({ notes }: Pick<Work, 'notes'>): Readonly<Record<string, PreparedMember>> {
  return preparedSchema.parse(notes['prepared'] ?? {});
}

/** What the closer look found in the old directories, by pod. */
export interface SeenData {
  readonly memberId?: string;
  readonly clusterId?: string;
  readonly hashKV?: string;
}

/** What the closer look found, by pod. */
export function seenData({ notes }: Pick<Work, 'notes'>): Readonly<Record<string, SeenData>> {
  return seenSchema.parse(notes['seen'] ?? {});
}
