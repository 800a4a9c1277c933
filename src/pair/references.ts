import type { Clock } from '../base/clock.ts';
import type { KubeClient } from '../kube/client.ts';
import type { ConfigMap, Secret } from '../kube/core-types.ts';
import { configMapKind, secretKind } from '../kube/kinds.ts';
import type { KubeObject, Stored } from '../kube/objects.ts';
import { NamedReads } from './named-reads.ts';

/** Secrets and ConfigMaps that pairs refer to. */
export class References {
  readonly #reads: NamedReads<Stored<KubeObject>>;

  constructor(client: KubeClient, clock: Clock) {
    this.#reads = new NamedReads(client, clock, (object) => object);
  }

  /** @returns undefined when there is no such Secret or the operator may not read it. @throws ApiError */
  secret(namespace: string, name: string): Promise<Secret | undefined> {
    return this.#reads.get(secretKind, namespace, name);
  }

  /** @returns undefined when there is no such ConfigMap or the operator may not read it. @throws ApiError */
  configMap(namespace: string, name: string): Promise<ConfigMap | undefined> {
    return this.#reads.get(configMapKind, namespace, name);
  }

  /** What was read of this Secret did not work: the next look reads it again. */
  forgetSecret(namespace: string, name: string): void {
    this.#reads.forget(secretKind, namespace, name);
  }
}
