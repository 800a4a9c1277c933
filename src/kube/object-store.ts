import type { WatchEvent } from './client.ts';
import type { KubeObject, Stored } from './objects.ts';

/** What became of an object. */
export type Change<T extends KubeObject> =
  | { readonly type: 'added'; readonly object: Stored<T> }
  | { readonly type: 'updated'; readonly object: Stored<T>; readonly previous: Stored<T> }
  /** It is gone or no longer selected; `object` is its last known state. */
  | { readonly type: 'deleted'; readonly object: Stored<T> };

/**
 * The objects of one collection as last seen, and what each new sight of them changes.
 *
 * Invariant: the changes of each uid are `added`, any number of `updated`, `deleted`, in this order, and from the start
 * again if it leaves the selection (a `deleted` too) and returns. Deleted and made again under the same name is two
 * uids: `deleted` of the one, `added` of the other, even if neither was seen as it happened.
 */
export class ObjectStore<T extends KubeObject> {
  readonly #objects = new Map<string, Stored<T>>();

  get(namespace: string | undefined, name: string): Stored<T> | undefined {
    return this.#objects.get(`${namespace ?? ''}/${name}`);
  }

  values(): Iterable<Stored<T>> {
    return this.#objects.values();
  }

  /** The complete collection was read: what differs from what was known. Deletions come first. */
  replace(objects: readonly Stored<T>[]): Change<T>[] {
    const listed = new Map(objects.map((object) => [keyOf(object), object]));
    const changes: Change<T>[] = [];
    for (const [key, known] of [...this.#objects])
      if (listed.get(key)?.metadata.uid !== known.metadata.uid) changes.push(this.#delete(key, known));
    for (const object of objects) changes.push(...this.#put(object));
    return changes;
  }

  /** A watch reported an object. A resumed or a late watch may repeat what is known, or older: that is no change. */
  observe({ type, object }: Exclude<WatchEvent<T>, { type: 'BOOKMARK' }>): Change<T>[] {
    if (type !== 'DELETED') return isNewer(this.#same(object), object) ? [] : this.#put(object);
    const known = this.#same(object);
    return known ? [this.#delete(keyOf(object), object)] : [];
  }

  /**
   * A write of this process was answered with the object as it is now: the watch will tell of it later. One that is not
   * known here may be gone again already, so that nobody would ever tell: it is left to the watch.
   */
  written(object: Stored<T>): Change<T>[] {
    return isNewer(object, this.#same(object)) ? this.#put(object) : [];
  }

  /** What is known of the very object, not of another of its name. */
  #same(object: Stored<T>): Stored<T> | undefined {
    const known = this.#objects.get(keyOf(object));
    return known?.metadata.uid === object.metadata.uid ? known : undefined;
  }

  #put(object: Stored<T>): Change<T>[] {
    const key = keyOf(object);
    const previous = this.#objects.get(key);
    if (previous?.metadata.resourceVersion === object.metadata.resourceVersion) return [];
    if (previous?.metadata.uid === object.metadata.uid) {
      this.#objects.set(key, object);
      return [{ type: 'updated', object, previous }];
    }
    const gone = previous === undefined ? [] : [this.#delete(key, previous)];
    this.#objects.set(key, object);
    return [...gone, { type: 'added', object }];
  }

  #delete(key: string, object: Stored<T>): Change<T> {
    this.#objects.delete(key);
    return { type: 'deleted', object };
  }
}

/**
 * Whether `a` is surely a later version than `b` of the same object. Versions grow as numbers do: Kubernetes promises it since
 * 1.35 (KEP-5504) and has always done so where it keeps its objects in etcd; others can't be compared.
 */
function isNewer(a: KubeObject | undefined, b: KubeObject | undefined): boolean {
  const [later, earlier] = [versionOf(a), versionOf(b)];
  return later !== undefined && earlier !== undefined && later > earlier;
}

function versionOf(object: KubeObject | undefined): bigint | undefined {
  const version = object?.metadata.resourceVersion ?? '';
  return /^\d+$/.test(version) ? BigInt(version) : undefined;
}

function keyOf({ metadata }: KubeObject): string {
  return `${metadata.namespace ?? ''}/${metadata.name}`;
}
