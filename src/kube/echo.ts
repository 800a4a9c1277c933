import type { KubeClient } from './client.ts';
import type { KubeObject, ResourceKind, Stored } from './objects.ts';

/**
 * A client that tells what its changes were answered with. A look that follows a change within the delay of a watch would see
 * the object as it was, and change it once more.
 */
export function withEcho(
  client: KubeClient,
  written: (kind: ResourceKind, object: Stored<KubeObject>) => void,
): KubeClient {
  const told = async <T extends KubeObject>(kind: ResourceKind, answer: Promise<Stored<T>>): Promise<Stored<T>> => {
    const object = await answer;
    written(kind, object);
    return object;
  };
  return {
    get: (...args) => client.get(...args),
    list: (...args) => client.list(...args),
    watch: (...args) => client.watch(...args),
    create: (...args) => client.create(...args),
    update: (kind, ...args) => told(kind, client.update(kind, ...args)),
    apply: (kind, ...args) => told(kind, client.apply(kind, ...args)),
    mergePatch: (kind, ...args) => told(kind, client.mergePatch(kind, ...args)),
    delete: (...args) => client.delete(...args),
  };
}
