import type { Clock } from '../base/clock.ts';
import type { KubeClient } from '../kube/client.ts';
import { isForbidden } from '../kube/errors.ts';
import type { KubeObject, ResourceKind, Stored } from '../kube/objects.ts';

/** How long what was read by name is taken as it was. */
export const READ_MAX_AGE_MS = 300_000;

/**
 * Reads objects that pairs name, and only when needed: the operator neither lists nor watches them. What was read counts
 * for five minutes, or until somebody says that it does not; what was absent is looked for again at the next look, for
 * somebody is about to create it.
 */
export class NamedReads<View> {
  readonly #client: KubeClient;
  readonly #clock: Clock;
  readonly #view: (object: Stored<KubeObject>) => View;
  readonly #read = new Map<string, { readonly atMs: number; readonly view: Promise<View | undefined> }>();

  /** @param view what is kept of an object. */
  constructor(client: KubeClient, clock: Clock, view: (object: Stored<KubeObject>) => View) {
    this.#client = client;
    this.#clock = clock;
    this.#view = view;
  }

  /** @returns undefined when there is none of this name or the operator may not read it. @throws ApiError */
  async get(kind: ResourceKind, namespace: string, name: string): Promise<View | undefined> {
    const key = keyOf(kind, namespace, name);
    const nowMs = this.#clock.nowMs();
    const known = this.#read.get(key);
    if (known && nowMs - known.atMs < READ_MAX_AGE_MS) return known.view;
    for (const [other, { atMs }] of this.#read) if (nowMs - atMs >= READ_MAX_AGE_MS) this.#read.delete(other);
    const view = this.#fetch(kind, namespace, name);
    this.#read.set(key, { atMs: nowMs, view });
    try {
      const found = await view;
      if (found === undefined) this.#read.delete(key);
      return found;
    } catch (error) {
      this.#read.delete(key);
      throw error;
    }
  }

  /** What was read of this one does not count any more: the next look reads it again. */
  forget(kind: ResourceKind, namespace: string, name: string): void {
    this.#read.delete(keyOf(kind, namespace, name));
  }

  async #fetch(kind: ResourceKind, namespace: string, name: string): Promise<View | undefined> {
    try {
      const found = await this.#client.get<KubeObject>(kind, name, namespace);
      return found && this.#view(found);
    } catch (error) {
      if (isForbidden(error)) return undefined;
      throw error;
    }
  }
}

function keyOf(kind: ResourceKind, namespace: string, name: string): string {
  return `${kind.kind}/${namespace}/${name}`;
}
