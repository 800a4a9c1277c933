import { ApiError } from '../../../../src/kube/errors.ts';
import type { KubeObject, ResourceKind, Stored } from '../../../../src/kube/objects.ts';
import { fakeClient } from '../../kube/fake-client.ts';

/** An operator ended between two calls. */
export class Killed extends Error {}

interface Patch {
  readonly metadata?: {
    readonly uid?: string;
    readonly resourceVersion?: string;
    readonly annotations?: Readonly<Record<string, string | null>>;
  };
  readonly spec?: object;
}

/** A cluster that holds objects and takes patches as the API server does: uid and version are preconditions. */
export class KubeWorld {
  readonly #objects = new Map<string, Stored<KubeObject>>();
  /** `kind name` of each object that was changed, in order. */
  readonly patched: string[] = [];
  /** The caller ends at this change, counted from 1, before or after it was made. */
  killAt: { readonly change: number; readonly when: 'before' | 'after' } | undefined;
  #changes = 0;

  constructor(objects: readonly KubeObject[]) {
    for (const object of objects) this.put(object);
  }

  readonly client = fakeClient({
    get: ((kind: ResourceKind, name: string, namespace: string) =>
      Promise.resolve(this.#objects.get(`${kind.kind} ${namespace}/${name}`))) as never,
    list: ((kind: ResourceKind, { namespace }: { readonly namespace?: string } = {}) =>
      Promise.resolve({
        metadata: { resourceVersion: '1' },
        items: [...this.#objects.values()].filter(
          (object) => object.kind === kind.kind && (namespace === undefined || object.metadata.namespace === namespace),
        ),
      })) as never,
    mergePatch: ((kind: ResourceKind, name: string, namespace: string, patch: Patch) =>
      this.#patch(`${kind.kind} ${namespace}/${name}`, patch)) as never,
  });

  /** Makes an object, or puts another one in its place. */
  put(object: KubeObject): void {
    const { kind, metadata } = object;
    const { namespace = 'milvus', name, uid = `uid-of-${kind}-${name}` } = metadata;
    this.#objects.set(`${kind} ${namespace}/${name}`, {
      ...object,
      metadata: { ...metadata, namespace, uid, resourceVersion: String(++this.#changes) },
    });
  }

  remove(kind: string, name: string): void {
    this.#objects.delete(`${kind} milvus/${name}`);
  }

  get(kind: string, name: string): Stored<KubeObject> & { readonly spec?: { readonly replicas?: number } } {
    const found = this.#objects.get(`${kind} milvus/${name}`);
    if (!found) throw new Error(`the world has no ${kind} ${name}`);
    return found;
  }

  /** Everything but versions, for comparing two worlds. */
  state(): readonly object[] {
    return [...this.#objects.values()].map(({ metadata: { resourceVersion: _, ...metadata }, ...object }) => ({
      ...object,
      metadata,
    }));
  }

  #patch(key: string, { metadata = {}, spec }: Patch): Promise<KubeObject> {
    const found = this.#objects.get(key);
    if (!found) return Promise.reject(new ApiError(`patch ${key}`, { code: 404, reason: 'NotFound' }));
    const { uid, resourceVersion } = metadata;
    if (
      uid !== found.metadata.uid ||
      (resourceVersion !== undefined && resourceVersion !== found.metadata.resourceVersion)
    )
      return Promise.reject(new ApiError(`patch ${key}`, { code: 409, reason: 'Conflict' }));
    this.patched.push(key.replace(/ .*\//, ' '));
    if (this.#isKilled('before')) return Promise.reject(new Killed());
    const annotations = Object.entries({ ...found.metadata.annotations, ...metadata.annotations }).filter(
      (entry): entry is [string, string] => entry[1] !== null,
    );
    this.put({
      ...found,
      metadata: { ...found.metadata, annotations: Object.fromEntries(annotations) },
      ...(spec ? { spec: { ...(found as { readonly spec?: object }).spec, ...spec } } : {}),
    });
    return this.#isKilled('after') ? Promise.reject(new Killed()) : Promise.resolve(found);
  }

  #isKilled(when: 'before' | 'after'): boolean {
    return this.killAt?.when === when && this.killAt.change === this.patched.length;
  }
}
