import { limits } from '../base/limits.ts';
import type { KubeClient, Selection } from './client.ts';
import { isAnswerTooLarge } from './errors.ts';
import type { KubeList, KubeObject, ResourceKind, Stored } from './objects.ts';

/**
 * The pages of a collection, smaller ones where the objects are large: one tenant's must not keep those of the others from
 * being seen. An expired continue token fails the whole: pages of two moments would not be one truth.
 *
 * @throws ApiError
 */
export async function* listPages<T extends KubeObject>(
  client: Pick<KubeClient, 'list'>,
  kind: ResourceKind,
  selection: Selection,
): AsyncGenerator<KubeList<T>> {
  let limit: number = limits.apiPageObjects;
  let token: string | undefined;
  do {
    const page = await client
      .list<T>(kind, { ...selection, limit, ...(token === undefined ? {} : { continue: token }) })
      .catch((error: unknown) => {
        if (!isAnswerTooLarge(error) || limit === 1) throw error;
        limit = Math.ceil(limit / 8);
      });
    if (page === undefined) continue;
    yield page;
    token = page.metadata.continue || undefined;
    if (token === undefined) return;
  } while (!selection.signal?.aborted);
  selection.signal.throwIfAborted();
}

/** All objects of a collection. @throws ApiError */
export async function listAll<T extends KubeObject>(
  client: Pick<KubeClient, 'list'>,
  kind: ResourceKind,
  selection: Selection,
): Promise<readonly Stored<T>[]> {
  const all: Stored<T>[] = [];
  for await (const { items } of listPages<T>(client, kind, selection)) all.push(...items);
  return all;
}
