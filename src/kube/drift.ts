import type { KubeObject } from './objects.ts';
import { sameQuantity } from './quantity.ts';

/** Written by the server or by apply itself, never wished. */
const notCompared = new Set(['apiVersion', 'kind', 'status']);
/** Of metadata, what an owner may wish; the rest identifies the object. */
const comparedMetadata = new Set(['labels', 'annotations', 'ownerReferences', 'finalizers']);
/** Maps that are one value to the API server (x-kubernetes-map-type: atomic): an entry too many is a difference. */
const wholeMaps = new Set(['selector', 'nodeSelector', 'matchLabels', 'labelSelector', 'namespaceSelector']);
/** Lists that others may add to (x-kubernetes-list-type: set). */
const openLists = new Set(['finalizers']);
/** Below these the API server stores amounts in its own spelling. */
const amounts = new Set(['limits', 'requests', 'overhead', 'sizeLimit', 'divisor', 'capacity', 'storage', 'hard']);

/** What makes an item of a list itself, by the list's name (x-kubernetes-list-map-keys); elsewhere it is `name`. */
const itemKeys: Readonly<Record<string, (item: Fields) => unknown>> = {
  volumeMounts: (item) => item.mountPath,
  volumeDevices: (item) => item.devicePath,
  ports: (item) => `${scalar(item.containerPort ?? item.port)}/${scalar(item.protocol ?? 'TCP')}`,
  ownerReferences: (item) => item.uid,
  topologySpreadConstraints: (item) => `${scalar(item.topologyKey)}/${scalar(item.whenUnsatisfiable)}`,
  hostAliases: (item) => item.ip,
};

type Fields = Readonly<Record<string, unknown>>;

/**
 * Where `live` differs from `desired`, as paths (`spec.replicas`, `spec.template.spec.containers[milvus].image`); empty
 * when nothing does. Only what `desired` holds is compared, so what the API server fills in and what others add (a
 * label, a sidecar, an environment variable) does not count; neither does another spelling of the same amount, nor an
 * empty value that the server leaves out. Both as plain JSON; `live` must not be trimmed of fields that `desired` has.
 */
export function driftOf(desired: KubeObject, live: KubeObject): string[] {
  const found: string[] = [];
  for (const [name, wish] of Object.entries(desired)) {
    if (notCompared.has(name)) continue;
    const is = (live as unknown as Fields)[name];
    if (name !== 'metadata') compare(wish, is, [name], found);
    else
      for (const [field, value] of Object.entries(wish as Fields))
        if (comparedMetadata.has(field)) compare(value, (is as Fields)[field], [name, field], found);
  }
  return found;
}

function compare(wish: unknown, is: unknown, path: readonly string[], found: string[]): void {
  if (is === undefined || is === null) {
    if (!isEmpty(wish)) found.push(spell(path));
  } else if (Array.isArray(wish)) {
    if (Array.isArray(is)) compareLists(wish, is, path, found);
    else found.push(spell(path));
  } else if (isFields(wish)) {
    if (isFields(is)) compareFields(wish, is, path, found);
    else found.push(spell(path));
  } else if (wish === null || wish === undefined) {
    return;
  } else if (!sameScalar(wish, is, path)) {
    found.push(spell(path));
  }
}

function compareFields(wish: Fields, is: Fields, path: readonly string[], found: string[]): void {
  for (const [name, value] of Object.entries(wish)) compare(value, is[name], [...path, name], found);
  if (!wholeMaps.has(path.at(-1) ?? '')) return;
  for (const name of Object.keys(is)) if (!(name in wish)) found.push(spell([...path, name]));
}

function compareLists(
  wish: readonly unknown[],
  is: readonly unknown[],
  path: readonly string[],
  found: string[],
): void {
  const listName = path.at(-1) ?? '';
  const keyOf = itemKeys[listName] ?? ((item: Fields) => item.name);
  if (wish.length > 0 && wish.every((item) => isFields(item) && keyOf(item) !== undefined)) {
    const liveByKey = new Map(is.filter(isFields).map((item) => [keyOf(item), item]));
    for (const item of wish.filter(isFields)) {
      const key = keyOf(item);
      compare(item, liveByKey.get(key), [...path, `[${scalar(key)}]`], found);
    }
  } else if (openLists.has(listName)) {
    for (const item of wish) if (!is.includes(item)) found.push(spell([...path, `[${scalar(item)}]`]));
  } else {
    wish.forEach((item, index) => compare(item, is[index], [...path, `[${index}]`], found));
    for (let index = wish.length; index < is.length; index += 1) found.push(spell([...path, `[${index}]`]));
  }
}

function sameScalar(wish: unknown, is: unknown, path: readonly string[]): boolean {
  if (wish === is) return true;
  if (typeof wish === 'boolean' || typeof is === 'boolean' || isFields(is) || Array.isArray(is)) return false;
  // An IntOrString has one meaning in either spelling.
  if (scalar(wish) === scalar(is)) return true;
  return path.some((name) => amounts.has(name)) && sameQuantity(scalar(wish), scalar(is));
}

/** What Go's omitempty leaves out of the stored object. */
function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === '' || value === false || value === 0) return true;
  if (Array.isArray(value)) return value.length === 0;
  return isFields(value) && Object.values(value).every(isEmpty);
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function scalar(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function spell(path: readonly string[]): string {
  return path.join('.').replaceAll('.[', '[');
}
