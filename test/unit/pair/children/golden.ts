import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dump, loadAll } from 'js-yaml';
import type { KubeObject } from '../../../../src/kube/objects.ts';

const path = (name: string): URL => new URL(`golden/${name}.yaml`, import.meta.url);

/** What the reviewed file holds. UPDATE_GOLDEN=1 writes it anew: read the difference before it is committed. */
export function golden(name: string, rendered: readonly KubeObject[]): unknown[] {
  if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(path(name), asText(rendered));
  if (!existsSync(path(name)))
    throw new Error(`no golden file ${name}.yaml: write it with UPDATE_GOLDEN=1 and review it`);
  return loadAll(readFileSync(path(name), 'utf8'));
}

function asText(objects: readonly KubeObject[]): string {
  return objects.map((object) => dump(object, { lineWidth: -1, noRefs: true })).join('---\n');
}
