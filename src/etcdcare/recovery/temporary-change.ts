import type { KubeClient } from '../../kube/client.ts';
import { isConflict, isNotFound } from '../../kube/errors.ts';
import type { KubeObject, ResourceKind } from '../../kube/objects.ts';

/** A change that is put back when the recovery ends, in a form that survives the operator. */
export interface TemporaryChange {
  /** Unique in its recovery. */
  readonly name: string;
  /** In words, for `status.temporaryChanges`. */
  readonly what: string;
  readonly kind: ResourceKind;
  readonly object: { readonly name: string; readonly namespace: string; readonly uid: string };
  /** JSON merge patch that makes it. */
  readonly patch: object;
  /** JSON merge patch that puts back what was there before. */
  readonly putBack: object;
}

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
  await client.mergePatch(kind, object.name, object.namespace, bound(patch, object.uid, resourceVersion), { signal });
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
    const now = await client.get<KubeObject>(kind, name, namespace, { signal });
    if (now?.metadata.uid !== uid) return;
    try {
      await client.mergePatch(kind, name, namespace, bound(putBack, uid, now.metadata.resourceVersion), { signal });
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
