import type { ResourceKind } from './objects.ts';

/** Query parameters; undefined ones are left out. */
export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

/** The path of a collection: in one namespace, or in all of them (and for cluster-scoped kinds) without one. */
export function collectionPath(
  { group, version, plural, namespaced }: ResourceKind,
  namespace: string | undefined,
): string {
  const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
  return namespaced && namespace !== undefined
    ? `${root}/namespaces/${encodeURIComponent(namespace)}/${plural}`
    : `${root}/${plural}`;
}

/**
 * The path of an object.
 *
 * @throws TypeError when its kind lives in namespaces and none is given: the call would hit something else.
 */
export function objectPath(
  kind: ResourceKind,
  name: string,
  namespace: string | undefined,
  subresource?: string,
): string {
  if (name === '') throw new TypeError(`${kind.plural}: an empty name addresses the whole collection`);
  if (kind.namespaced && namespace === undefined) throw new TypeError(`${kind.plural} ${name}: no namespace given`);
  const path = `${collectionPath(kind, namespace)}/${encodeURIComponent(name)}`;
  return subresource === undefined ? path : `${path}/${subresource}`;
}

/** `path` with its query. */
export function withQuery(path: string, query: Query): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) parameters.set(name, String(value));
  return parameters.size === 0 ? path : `${path}?${parameters.toString()}`;
}

/** What a call is about, for messages: `pods default/web-0`, `leases in all namespaces`. */
export function subject(kind: ResourceKind, name: string | undefined, namespace: string | undefined): string {
  if (name !== undefined) return `${kind.plural} ${namespace === undefined ? '' : `${namespace}/`}${name}`;
  if (!kind.namespaced) return kind.plural;
  return `${kind.plural} in ${namespace === undefined ? 'all namespaces' : namespace}`;
}
