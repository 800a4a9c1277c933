import { z } from 'zod';
import { annotations, coordinatorPairKind } from '../../api/names.ts';
import type { KubeClient } from '../../kube/client.ts';
import { isConflict, isNotFound } from '../../kube/errors.ts';
import { deploymentKind, statefulSetKind } from '../../kube/kinds.ts';
import type { KubeObject } from '../../kube/objects.ts';
import { milvusKind, PAUSE_ANNOTATION } from '../milvus/objects.ts';

/** The kinds of objects that a recovery changes temporarily: nothing else is read back from a journal. */
const kinds = {
  StatefulSet: statefulSetKind,
  Deployment: deploymentKind,
  CoordinatorPair: coordinatorPairKind,
  Milvus: milvusKind,
} as const;

/** The name of such a kind. */
export type ChangedKind = keyof typeof kinds;

const rollingUpdate = z.strictObject({
  partition: z.exactOptional(z.int()),
  maxUnavailable: z.exactOptional(z.union([z.int(), z.string()])),
});

/** Everything that a recovery changes temporarily, as a JSON merge patch: replicas, update strategy, two annotations. */
const changePatchSchema = z.union([
  z.strictObject({ spec: z.strictObject({ replicas: z.int().nonnegative() }) }),
  z.strictObject({
    spec: z.strictObject({
      updateStrategy: z.strictObject({
        type: z.exactOptional(z.enum(['OnDelete', 'RollingUpdate'])),
        rollingUpdate: z.exactOptional(rollingUpdate.nullable()),
      }),
    }),
  }),
  z.strictObject({
    metadata: z.strictObject({ annotations: z.strictObject({ [annotations.suspendedBy]: z.string().nullable() }) }),
  }),
  z.strictObject({
    metadata: z.strictObject({ annotations: z.strictObject({ [PAUSE_ANNOTATION]: z.string().nullable() }) }),
  }),
]);

/** A JSON merge patch of a {@link TemporaryChange}. */
export type ChangePatch = z.infer<typeof changePatchSchema>;

/** A change that is put back when the recovery ends, in a form that survives the operator. */
export interface TemporaryChange {
  /** Unique in its recovery. */
  readonly name: string;
  /** In words, for `status.temporaryChanges`. */
  readonly what: string;
  readonly kind: ChangedKind;
  readonly object: { readonly name: string; readonly namespace: string; readonly uid: string };
  /** JSON merge patch that makes it. */
  readonly patch: ChangePatch;
  /** JSON merge patch that puts back what was there before. */
  readonly putBack: ChangePatch;
}

/** How it is read back from a journal. */
export const temporaryChangeSchema: z.ZodType<TemporaryChange> = z.strictObject({
  name: z.string(),
  what: z.string(),
  kind: z.enum(['StatefulSet', 'Deployment', 'CoordinatorPair', 'Milvus']),
  object: z.strictObject({ name: z.string(), namespace: z.string(), uid: z.string() }),
  patch: changePatchSchema,
  putBack: changePatchSchema,
});

/**
 * Makes it; can only hit the very object it is about, as it was when it was looked at: a call that comes late, when the
 * recovery has long ended, hits nothing.
 *
 * @throws ApiError; isConflict: somebody has changed it since, look again.
 */
export async function make(
  client: Pick<KubeClient, 'mergePatch'>,
  { kind, object, patch }: TemporaryChange,
  resourceVersion: string,
  signal: AbortSignal,
): Promise<void> {
  const { name, namespace, uid } = object;
  await client.mergePatch(kinds[kind], name, namespace, bound(patch, uid, resourceVersion), { signal });
}

/** How often it is read anew because somebody writes at the same time. */
const ATTEMPTS = 5;

/** Puts it back. An object that is gone, or another one by now, has nothing to be put back. @throws ApiError */
export async function undo(
  client: Pick<KubeClient, 'get' | 'mergePatch'>,
  { kind, object: { name, namespace, uid }, putBack }: TemporaryChange,
  signal: AbortSignal,
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const now = await client.get<KubeObject>(kinds[kind], name, namespace, { signal });
    if (now?.metadata.uid !== uid) return;
    try {
      await client.mergePatch(kinds[kind], name, namespace, bound(putBack, uid, now.metadata.resourceVersion), {
        signal,
      });
      return;
    } catch (error) {
      if (isNotFound(error)) return;
      if (!isConflict(error) || attempt === ATTEMPTS) throw error;
    }
  }
}

function bound(patch: object, uid: string, resourceVersion: string): object {
  const { metadata } = patch as { readonly metadata?: object };
  return { ...patch, metadata: { ...metadata, uid, resourceVersion } };
}
