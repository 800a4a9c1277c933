import type { Clock } from '../base/clock.ts';
import type { KubeClient } from '../kube/client.ts';
import type { ConfigMap, Secret } from '../kube/core-types.ts';
import { isForbidden } from '../kube/errors.ts';
import { configMapKind, secretKind } from '../kube/kinds.ts';
import type { KubeObject, ResourceKind, Stored } from '../kube/objects.ts';

/** How long a Secret or ConfigMap that a pair refers to is taken as read. */
export const REFERENCE_MAX_AGE_MS = 300_000;

/**
 * Reads Secrets and ConfigMaps that pairs refer to, by name and only when needed: the operator never lists or watches
 * them. What was read counts for five minutes, or until somebody says that it did not work.
 */
export class References {
  readonly #client: KubeClient;
  readonly #clock: Clock;
  readonly #read = new Map<
    string,
    { readonly atMs: number; readonly object: Promise<Stored<KubeObject> | undefined> }
  >();

  constructor(client: KubeClient, clock: Clock) {
    this.#client = client;
    this.#clock = clock;
  }

  /** @returns undefined when there is no such Secret or the operator may not read it. @throws ApiError */
  secret(namespace: string, name: string): Promise<Secret | undefined> {
    return this.#get<Secret>(secretKind, namespace, name);
  }

  /** @returns undefined when there is no such ConfigMap or the operator may not read it. @throws ApiError */
  configMap(namespace: string, name: string): Promise<ConfigMap | undefined> {
    return this.#get<ConfigMap>(configMapKind, namespace, name);
  }

  /** What was read of this Secret did not work: the next look reads it again. */
  forgetSecret(namespace: string, name: string): void {
    this.#read.delete(keyOf(secretKind, namespace, name));
  }

  async #get<T extends KubeObject>(kind: ResourceKind, namespace: string, name: string): Promise<T | undefined> {
    const key = keyOf(kind, namespace, name);
    const nowMs = this.#clock.nowMs();
    const known = this.#read.get(key);
    if (known && nowMs - known.atMs < REFERENCE_MAX_AGE_MS) return (await known.object) as T | undefined;
    const object = this.#fetch<T>(kind, namespace, name);
    this.#read.set(key, { atMs: nowMs, object });
    try {
      const found = await object;
      // Absent ones are looked for again at the next look: somebody is about to create them.
      if (!found) this.#read.delete(key);
      return found;
    } catch (error) {
      this.#read.delete(key);
      throw error;
    }
  }

  async #fetch<T extends KubeObject>(
    kind: ResourceKind,
    namespace: string,
    name: string,
  ): Promise<Stored<T> | undefined> {
    try {
      return await this.#client.get<T>(kind, name, namespace);
    } catch (error) {
      if (isForbidden(error)) return undefined;
      throw error;
    }
  }
}

function keyOf(kind: ResourceKind, namespace: string, name: string): string {
  return `${kind.kind}/${namespace}/${name}`;
}
