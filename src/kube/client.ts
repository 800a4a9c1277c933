import type { KubeList, KubeObject, ResourceKind, Stored } from './objects.ts';

/** Options every call takes. */
export interface CallOptions {
  readonly signal?: AbortSignal;
}

/** Which objects to list or watch. */
export interface Selection extends CallOptions {
  /** Absent: every namespace. */
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
}

/** What must still be so for a delete to happen. */
export interface DeleteOptions extends CallOptions {
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly gracePeriodSeconds?: number;
  readonly propagationPolicy?: 'Foreground' | 'Background' | 'Orphan';
}

/** A line of a watch. */
export type WatchEvent<T extends KubeObject> =
  | { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly object: Stored<T> }
  | { readonly type: 'BOOKMARK'; readonly resourceVersion: string };

/**
 * The calls the operator makes to the API server: plain JSON in, plain JSON out. Each has a deadline; those that may
 * be repeated are retried on 429, 5xx and resets.
 *
 * Every method throws {@link ApiError} (errors.ts) for an answer of the API server and for a broken connection.
 */
export interface KubeClient {
  /** @returns undefined when there is no such object (404). */
  get<T extends KubeObject>(
    kind: ResourceKind,
    name: string,
    namespace?: string,
    options?: CallOptions,
  ): Promise<Stored<T> | undefined>;
  /** One page. */
  list<T extends KubeObject>(
    kind: ResourceKind,
    selection?: Selection & { readonly limit?: number; readonly continue?: string },
  ): Promise<KubeList<T>>;
  /** Lines of one watch until it ends; throws ApiError code 410 when `resourceVersion` is too old. */
  watch<T extends KubeObject>(
    kind: ResourceKind,
    selection: Selection & {
      readonly resourceVersion: string;
      /** Called when the server has accepted the watch. */
      readonly onOpen?: () => void;
    },
  ): AsyncIterable<WatchEvent<T>>;
  create<T extends KubeObject>(kind: ResourceKind, object: T, options?: CallOptions): Promise<Stored<T>>;
  /** Replaces the object; with metadata.resourceVersion only if it is still that version (409 else). */
  update<T extends KubeObject>(kind: ResourceKind, object: T, options?: CallOptions): Promise<Stored<T>>;
  /**
   * Server-side apply under the operator's field manager. With metadata.resourceVersion only if it is still that
   * version (409 else); `force` takes fields over from other managers.
   */
  apply<T extends KubeObject>(
    kind: ResourceKind,
    object: T,
    options?: CallOptions & { readonly force?: boolean; readonly subresource?: 'status' },
  ): Promise<Stored<T>>;
  /** JSON merge patch; put metadata.uid into `patch` so that it can never hit a successor or create anything. */
  mergePatch<T extends KubeObject>(
    kind: ResourceKind,
    name: string,
    namespace: string | undefined,
    patch: object,
    options?: CallOptions & { readonly subresource?: 'status' | 'ephemeralcontainers' },
  ): Promise<Stored<T>>;
  /** @returns false when the object was already gone (404). A failed precondition throws code 409. */
  delete(kind: ResourceKind, name: string, namespace: string | undefined, options?: DeleteOptions): Promise<boolean>;
}
