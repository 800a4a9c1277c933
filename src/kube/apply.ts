import { createHash } from 'node:crypto';
import type { CallOptions, KubeClient } from './client.ts';
import { driftOf } from './drift.ts';
import type { KubeObject, ResourceKind, Stored } from './objects.ts';

/**
 * Which wish an object was last applied from. On the object itself, so that it survives the operator: a field that is
 * no longer wished is not in the wish any more, and only the changed hash tells that it must be taken away.
 */
export const APPLIED_HASH = 'ha.milvus.io/applied-hash';

/** What applying came to. */
export interface Applied<T extends KubeObject> {
  readonly object: Stored<T>;
  /** The object has another version than `live` had. */
  readonly changed: boolean;
  /** Where `live` differed, as paths; empty when it did not, or did not exist. */
  readonly drift: readonly string[];
}

/**
 * Makes `live` what `desired` says, by server-side apply, and only if need be: when `live` is not there, was applied
 * from another wish, or was changed since in a field of the wish. At rest there is no call.
 *
 * With `live` the call can only hit that very object (by uid); without, it takes over nothing: an object that came
 * into being meanwhile with other values makes it a conflict.
 *
 * @param live as observed; undefined: there is none.
 * @throws ApiError; isConflict: look again.
 */
export async function applyOwned<T extends KubeObject>(
  client: KubeClient,
  kind: ResourceKind,
  desired: T,
  live: Stored<T> | undefined,
  { force = false, signal }: CallOptions & { readonly force?: boolean } = {},
): Promise<Applied<T>> {
  const wish = withHash(desired);
  const drift = live === undefined ? [] : driftOf(wish, live);
  if (live !== undefined && drift.length === 0) return { object: live, changed: false, drift };
  const object = await client.apply<T>(
    kind,
    live === undefined ? wish : { ...wish, metadata: { ...wish.metadata, uid: live.metadata.uid } },
    { force: force && live !== undefined, ...(signal === undefined ? {} : { signal }) },
  );
  return { object, changed: object.metadata.resourceVersion !== live?.metadata.resourceVersion, drift };
}

/** `desired` with the annotation that says what it is: it depends on `desired` alone. */
function withHash<T extends KubeObject>(desired: T): T {
  const annotations = { ...desired.metadata.annotations, [APPLIED_HASH]: hashOf(desired) };
  return { ...desired, metadata: { ...desired.metadata, annotations } };
}

/** 80 bits of SHA-256 over the object with its fields in order, so that equal wishes have equal hashes. */
function hashOf(object: KubeObject): string {
  return createHash('sha256').update(JSON.stringify(object, inOrder)).digest('hex').slice(0, 20);
}

function inOrder(_name: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
